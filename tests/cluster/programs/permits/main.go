// What an AppProject permits and how an address is normalized, said by Argo CD's own functions: each
// line of standard input is a question in JSON, each line of standard output the answer.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/git"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type question struct {
	Ask                     string
	Project                 v1alpha1.AppProject
	Source                  string
	Server, Name, Namespace string
	Group, Kind             string
	Namespaced              bool
}

func noClusters(string) ([]*v1alpha1.Cluster, error) { return nil, nil }

func answer(q question) (said any, err error) {
	defer func() { // it panics at some patterns
		if recover() != nil {
			said, err = "panic", nil
		}
	}()
	switch q.Ask {
	case "normalized":
		return git.NormalizeGitURL(q.Source), nil
	case "source":
		return q.Project.IsSourcePermitted(v1alpha1.ApplicationSource{RepoURL: q.Source}), nil
	case "destination":
		cluster := &v1alpha1.Cluster{Server: q.Server, Name: q.Name}
		return q.Project.IsDestinationPermitted(cluster, q.Namespace, noClusters)
	case "object":
		kind := schema.GroupKind{Group: q.Group, Kind: q.Kind}
		return q.Project.IsGroupKindPermitted(kind, q.Namespaced), nil
	case "application":
		app := &v1alpha1.Application{}
		app.Namespace = q.Namespace
		return q.Project.IsAppNamespacePermitted(app, "argocd"), nil
	}
	return nil, fmt.Errorf("what is %q?", q.Ask)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			panic(err)
		}
		said, err := answer(q)
		if err != nil {
			panic(err)
		}
		if err := out.Encode(said); err != nil {
			panic(err)
		}
	}
}
