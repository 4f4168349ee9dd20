package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// manifest is what a package.json says about its provider plugin.
type manifest struct {
	Name    string
	Version string
	Pulumi  struct {
		Resource bool
		Name     string
		Version  string
		Server   string
	}
}

// GetRequiredPackages names the provider plugins of the installed npm packages, so that the engine can install them first.
func (h *languageHost) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	response := &pulumirpc.GetRequiredPackagesResponse{}
	modules, err := findUp(request.GetInfo().GetProgramDirectory(), "node_modules")
	if err != nil {
		return nil, err
	}
	for _, pattern := range []string{"*/package.json", "@*/*/package.json"} {
		files, err := filepath.Glob(filepath.Join(modules, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if plugin := requiredPlugin(file); plugin != nil {
				response.Packages = append(response.Packages, plugin)
			}
		}
	}
	return response, nil
}

func requiredPlugin(file string) *pulumirpc.PackageDependency {
	var found manifest
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &found) != nil || !found.Pulumi.Resource {
		return nil
	}
	name := found.Pulumi.Name
	if name == "" {
		name = strings.TrimPrefix(found.Name, "@pulumi/")
	}
	wanted := found.Pulumi.Version
	if wanted == "" {
		wanted = found.Version
	}
	return &pulumirpc.PackageDependency{
		Name: name, Kind: "resource", Version: "v" + strings.TrimPrefix(wanted, "v"), Server: found.Pulumi.Server,
	}
}
