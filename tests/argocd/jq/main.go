// Reads jq expressions as Argo CD does: each line of standard input is a JSON text, an expression of
// ignoreDifferences; each line of standard output is empty, or says why it is refused.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/itchyny/gojq"
)

func refused(expression string) error {
	query, err := gojq.Parse(fmt.Sprintf("del(%s)", expression))
	if err != nil {
		return err
	}
	_, err = gojq.Compile(query)
	return err
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var expression string
		if err := json.Unmarshal(lines.Bytes(), &expression); err != nil {
			panic(err)
		}
		said := ""
		if err := refused(expression); err != nil {
			said = strings.Join(strings.Fields(err.Error()), " ")
		}
		fmt.Fprintln(out, said)
	}
}
