"""The jq expressions of `ignoreDifferences`: whether jq reads one, and what it selects."""
