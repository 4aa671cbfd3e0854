// What Argo CD's API server says to projects, which its controller never asks: one AppProject in
// JSON on each line in, one line out with what is wrong with it, empty for nothing.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println(strings.Join(strings.Fields(verdict(lines.Bytes())), " "))
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func verdict(line []byte) string {
	var project v1alpha1.AppProject
	if err := json.Unmarshal(line, &project); err != nil {
		return err.Error()
	}
	if err := project.ValidateProject(); err != nil {
		return err.Error()
	}
	return ""
}
