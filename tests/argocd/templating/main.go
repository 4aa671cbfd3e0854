// Renders templates as Argo CD's ApplicationSets do: each line of standard input is a JSON object
// with a template, its data and its options; each line of standard output one with the text, or
// with an error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/gosimple/slug"
	"sigs.k8s.io/yaml"
)

type question struct {
	Template string         `json:"template"`
	Data     map[string]any `json:"data"`
	Options  []string       `json:"options"`
}

type answer struct {
	Text  string `json:"text"`
	Error string `json:"error,omitempty"`
}

var foreign = regexp.MustCompile(`[^-a-z0-9.]`)

func normalize(name string) string {
	name = foreign.ReplaceAllString(strings.ToLower(name), "-")
	return strings.Trim(name[:min(len(name), 253)], "-.")
}

func slugify(given ...any) string {
	length, smart, name := 50, true, ""
	for index, value := range given {
		switch {
		case index == len(given)-1:
			name = value.(string)
		case index == 0:
			length = value.(int)
		case index == 1:
			smart = value.(bool)
		}
	}
	slug.MaxLength, slug.EnableSmartTruncate = length, smart
	return slug.Make(normalize(name))
}

func functions() template.FuncMap {
	known := template.FuncMap(sprig.GenericFuncMap())
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(known, name)
	}
	known["normalize"] = normalize
	known["slugify"] = slugify
	known["toYaml"] = func(value any) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	known["fromYaml"] = func(text string) (map[string]any, error) {
		found := map[string]any{}
		err := yaml.Unmarshal([]byte(text), &found)
		return found, err
	}
	known["fromYamlArray"] = func(text string) ([]any, error) {
		found := []any{}
		err := yaml.Unmarshal([]byte(text), &found)
		return found, err
	}
	return known
}

func render(asked question) (text string, err error) {
	defer func() { // an unknown option is a panic
		if said := recover(); said != nil {
			err = fmt.Errorf("%v", said)
		}
	}()
	parsed, err := template.New("").Funcs(functions()).Parse(asked.Template)
	if err != nil {
		return "", err
	}
	var written strings.Builder
	err = parsed.Option(asked.Options...).Execute(&written, asked.Data)
	return written.String(), err
}

func main() {
	out := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		var said answer
		text, err := render(asked)
		if err != nil {
			said.Error = err.Error()
		} else {
			said.Text = text
		}
		if err := out.Encode(said); err != nil {
			panic(err)
		}
	}
}
