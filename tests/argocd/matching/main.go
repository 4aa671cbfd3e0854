// Matches patterns as Argo CD does: each line of standard input is a JSON array of the matcher's
// name, a pattern and a text; each line of standard output says true, false or error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/Masterminds/semver/v3"
	"github.com/gobwas/glob"
)

func match(kind, pattern, text string) (matched bool, err error) {
	defer func() { // gobwas/glob panics at some malformed patterns
		if said := recover(); said != nil {
			err = fmt.Errorf("%v", said)
		}
	}()
	switch kind {
	case "path":
		return filepath.Match(pattern, text)
	case "url": // whether Go parses it and prints it as the text
		parsed, err := url.Parse(pattern)
		if err != nil {
			return false, err
		}
		return parsed.String() == text, nil
	case "semver": // whether a constraint that is no version takes a version
		if _, err := semver.NewVersion(pattern); err == nil {
			return false, fmt.Errorf("a version")
		}
		wanted, err := semver.NewConstraint(pattern)
		if err != nil {
			return false, err
		}
		version, err := semver.NewVersion(text)
		if err != nil {
			return false, err
		}
		return wanted.Check(version), nil
	}
	var separators []rune
	if kind == "segments" {
		separators = []rune{'/'}
	}
	compiled, err := glob.Compile(pattern, separators...)
	if err != nil {
		return false, err
	}
	return compiled.Match(text), nil
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var question [3]string
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			panic(err)
		}
		matched, err := match(question[0], question[1], question[2])
		if err != nil {
			fmt.Fprintln(out, "error")
		} else {
			fmt.Fprintln(out, matched)
		}
	}
}
