// Reads jq expressions as Argo CD does: each line of standard input is a JSON array of an expression of
// ignoreDifferences and a document, each line of standard output a JSON array of why the expression
// is refused, the paths that it selects in the document, and the error that this ends with.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/itchyny/gojq"
)

func run(pattern, expression string, document any) (any, error) {
	query, err := gojq.Parse(fmt.Sprintf(pattern, expression))
	if err != nil {
		return nil, err
	}
	code, err := gojq.Compile(query)
	if err != nil || document == nil {
		return nil, err
	}
	said, _ := code.Run(document).Next()
	if err, failed := said.(error); failed {
		return nil, err
	}
	return said, nil
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var question [2]any
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			panic(err)
		}
		expression := question[0].(string)
		_, refused := run("del(%s)", expression, nil)
		answer := []any{text(refused), nil, ""}
		if refused == nil && question[1] != nil {
			paths, failed := run("[path(%s)]", expression, question[1])
			answer = []any{"", paths, text(failed)}
		}
		if err := out.Encode(answer); err != nil {
			panic(err)
		}
	}
}
