"""Patterns as https://github.com/gobwas/glob v0.2.3 matches them, its mistakes included.

Argo CD decides with this library, so what it does is right, also where it does not do what its
documentation says: `{a,b}` that stays open is closed, `ab*ba` takes `aba`, `?` alone takes nothing
too, and alternatives with two stars in one of them are not found within a longer pattern. All of
that follows from how it takes a pattern apart and in which order it looks for the parts. So it is
done here in the same steps: `lexer`, `tree`, `compiler`, and the `matchers` that come out.
"""
