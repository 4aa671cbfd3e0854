"""The toolkit.

Data flows one way: source, render, kubernetes, argocd, trace, rules, report. A stage imports only
those before it; the commands (`validate`, `docs`) stand on top.
"""
