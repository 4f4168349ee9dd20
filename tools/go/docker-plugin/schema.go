package main

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/contract"
)

// describer writes the part of Pulumi's schema by which this plugin can be compared with the npm package: the inputs of
// the provider and its resources. The bridge's own generator would make the whole schema, and this program twice as large.
type describer struct {
	types map[string]schema.ComplexTypeSpec
}

func schemaOf(provider tfbridge.ProviderInfo) []byte {
	d := describer{types: map[string]schema.ComplexTypeSpec{}}
	properties, required := d.inputs("Provider", provider.P.Schema(), provider.Config)
	spec := schema.PackageSpec{
		Name:    provider.Name,
		Version: provider.Version,
		// The tokens' modules are "index/container" and the like, of which the file is no module of its own.
		Meta:      &schema.MetadataSpec{ModuleFormat: "(.*)(?:/[^/]*)"},
		Provider:  &schema.ResourceSpec{InputProperties: properties, RequiredInputs: required},
		Resources: map[string]schema.ResourceSpec{},
		Types:     d.types,
	}
	provider.P.ResourcesMap().Range(func(name string, resource shim.Resource) bool {
		info := provider.Resources[name]
		token := string(info.Tok)
		properties, required := d.inputs(token[strings.LastIndex(token, ":")+1:], resource.Schema(), info.Fields)
		spec.Resources[token] = schema.ResourceSpec{InputProperties: properties, RequiredInputs: required}
		return true
	})
	text, err := json.Marshal(spec)
	contract.AssertNoErrorf(err, "a schema can be written as JSON")
	return text
}

// inputs describes what may be given to a resource.
func (d describer) inputs(
	path string, properties shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo,
) (map[string]schema.PropertySpec, []string) {
	return d.object(path, properties, infos, func(property shim.Schema) bool {
		return property.Optional() || property.Required()
	})
}

// object describes the properties that are wanted; path names the types of the objects in it.
func (d describer) object(
	path string, properties shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo, wanted func(shim.Schema) bool,
) (map[string]schema.PropertySpec, []string) {
	specs := map[string]schema.PropertySpec{}
	var required []string
	properties.Range(func(key string, property shim.Schema) bool {
		if !wanted(property) {
			return true
		}
		name := tfbridge.TerraformToPulumiNameV2(key, properties, infos)
		specs[name] = schema.PropertySpec{TypeSpec: d.typeOf(path+strings.ToUpper(name[:1])+name[1:], property, infos[key])}
		if info := infos[key]; property.Required() && (info == nil || !info.HasDefault()) {
			required = append(required, name)
		}
		return true
	})
	return specs, required
}

func (d describer) typeOf(path string, property shim.Schema, info *tfbridge.SchemaInfo) schema.TypeSpec {
	switch property.Type() {
	case shim.TypeBool:
		return schema.TypeSpec{Type: "boolean"}
	case shim.TypeInt:
		return schema.TypeSpec{Type: "integer"}
	case shim.TypeFloat:
		return schema.TypeSpec{Type: "number"}
	case shim.TypeMap:
		element := d.element(path, property, info)
		return schema.TypeSpec{Type: "object", AdditionalProperties: &element}
	case shim.TypeList, shim.TypeSet:
		element := d.element(path, property, info)
		if tfbridge.IsMaxItemsOne(property, info) {
			return element
		}
		return schema.TypeSpec{Type: "array", Items: &element}
	default:
		return schema.TypeSpec{Type: "string"}
	}
}

func (d describer) element(path string, property shim.Schema, info *tfbridge.SchemaInfo) schema.TypeSpec {
	var inner *tfbridge.SchemaInfo
	if info != nil {
		inner = info.Elem
	}
	switch element := property.Elem().(type) {
	case shim.Schema:
		return d.typeOf(path, element, inner)
	case shim.Resource:
		var fields map[string]*tfbridge.SchemaInfo
		if inner != nil {
			fields = inner.Fields
		}
		token := "docker:index/" + strings.ToLower(path[:1]) + path[1:] + ":" + path
		// One type is for inputs and outputs: in it the bridge keeps what only the provider fills in.
		all := func(shim.Schema) bool { return true }
		properties, required := d.object(path, element.Schema(), fields, all)
		d.types[token] = schema.ComplexTypeSpec{
			ObjectTypeSpec: schema.ObjectTypeSpec{Type: "object", Properties: properties, Required: required},
		}
		return schema.TypeSpec{Ref: "#/types/" + token}
	default:
		return schema.TypeSpec{Type: "string"}
	}
}
