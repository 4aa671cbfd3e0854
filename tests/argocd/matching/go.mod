module matching

go 1.24

require (
	github.com/Masterminds/semver/v3 v3.4.0
	github.com/gobwas/glob v0.2.3
)
