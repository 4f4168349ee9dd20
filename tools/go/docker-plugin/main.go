// Command pulumi-resource-docker serves the community's Terraform provider for Docker under the names of the npm package
// @pulumi/docker, as Pulumi's own plugin does. The plugin's native resource docker:index/image:Image is not part of it.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdk "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

// version is linked in: that of the npm package, by which the engine looks for the plugin.
var version = "0.0.0"

func main() {
	provider := bridged()
	tfbridge.Main(provider.Name, version, provider, schemaOf(provider))
}

// bridged says where the npm package departs from the bridge's own rules for names, and from its defaults.
func bridged() tfbridge.ProviderInfo {
	provider := tfbridge.ProviderInfo{
		P:              sdk.NewProvider(shim.New(version)),
		Name:           "docker",
		Version:        version,
		ResourcePrefix: "docker",
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				Value:   "unix:///var/run/docker.sock",
				EnvVars: []string{"DOCKER_HOST"},
			}},
			"registry_auth": named("registryAuth"),
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_config": {Tok: "docker:index/serviceConfig:ServiceConfig"},
			"docker_container": {
				// Two containers cannot have one name or publish one port.
				DeleteBeforeReplace: true,
				Fields: map[string]*tfbridge.SchemaInfo{
					"command":           named("command"),
					"networks_advanced": named("networksAdvanced"),
				},
			},
			"docker_image": {
				Tok: "docker:index/remoteImage:RemoteImage",
				// Given by name, the bridge does not make one up.
				Fields: map[string]*tfbridge.SchemaInfo{"name": named("name")},
			},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image": {Tok: "docker:index/getRemoteImage:getRemoteImage"},
		},
	}
	provider.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard("docker")))
	provider.SetAutonaming(255, "-")
	return provider
}

func named(name string) *tfbridge.SchemaInfo { return &tfbridge.SchemaInfo{Name: name} }
