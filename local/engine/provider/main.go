// Command pulumi-resource-kubernetes is Pulumi's Kubernetes provider, built from its Go module. The module leaves out the files that
// its own command embeds; a schema that names the version is all that the engine asks for when it runs a program.
package main

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

func main() {
	schema := fmt.Sprintf(`{"name":"kubernetes","version":%q}`, version.Version)
	provider.Serve("kubernetes", version.Version, []byte(schema), []byte("{}"))
}
