"""A Deployment for patches, with a mark at everything whose place is asked for."""

DEPLOYMENT = """
        --- base.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web  #: name
          labels: {app: web}  #: labels
        spec:
          replicas: 1  #: replicas
          template:
            spec:
              containers:
              - name: web  #: web-name
                image: web:1  #: web-image
                env:
                - name: A  #: A-name
                  value: base  #: A-value
                ports:
                - containerPort: 80  #: port
              - name: side  #: side-name
                image: side:1  #: side-image
              tolerations:
              - key: base  #: toleration
              volumes:
              - name: tmp  #: tmp-name
                emptyDir: {}  #: tmp-dir
"""
POD = ("spec", "template", "spec")
