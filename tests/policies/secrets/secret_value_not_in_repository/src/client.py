import os

TOKEN = os.environ["TOKEN"]
MIRROR = "glpat-Rt2LmZp9KxVw4YbNcD3s"  # expect: secret-value-not-in-repository
KEY = """-----BEGIN RSA PRIVATE KEY-----  # expect: secret-value-not-in-repository
MIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9OiZ1BjP5CE/Wm/Rr500PRK1Lh9x
tAIhAKv0C3mJwE9iL8yQ2tXbH5rN6uPzVfS4aDgGk1oYcMeBnWjTqZxR7lUhOdI3
vFsKpE8yCwL2mNbXgT5rJqAoHd6uZiVfP9kSlWnRcYtQxMjBaGe4zUhO1I0D7s3K
-----END RSA PRIVATE KEY-----"""
