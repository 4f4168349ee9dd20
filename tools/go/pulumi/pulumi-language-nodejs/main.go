// Command pulumi-language-nodejs starts the Node.js programs, policy packs and plugins that the Pulumi engine asks for. It
// stands in for Pulumi's own language host where only the Go module proxy can be reached, which does not serve that one
// (docs/adr/0002-language-host.md): what the language needs is in the npm package @pulumi/pulumi, this only launches it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// messageShown is the exit code by which the SDK says that it has told the user what is wrong: nothing is to be added.
const messageShown = 32

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("usage: pulumi-language-nodejs <engine address>"))
	}
	engine := os.Args[len(os.Args)-1]
	ctx, cancel := context.WithCancel(context.Background())
	// An engine that was killed cannot say goodbye.
	if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, cancel); err != nil {
		fail(err)
	}
	stop := make(chan bool)
	go func() {
		<-ctx.Done()
		close(stop)
	}()
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &languageHost{engine: engine})
			return nil
		},
	})
	if err != nil {
		fail(err)
	}
	fmt.Println(server.Port)
	if err := <-server.Done; err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
	os.Exit(1)
}

type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine string
}

func (h *languageHost) Handshake(
	context.Context, *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: strings.TrimPrefix(version.Version, "v")}, nil
}

func (h *languageHost) About(context.Context, *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	out, err := exec.Command(node, "--version").Output()
	return &pulumirpc.AboutResponse{Executable: node, Version: strings.TrimSpace(string(out))}, err
}

// Run runs the program to its end. What it prints goes where this process prints, which is where the engine reads.
func (h *languageHost) Run(_ context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	info := request.GetInfo()
	config, err := json.Marshal(request.GetConfig())
	if err != nil {
		return nil, err
	}
	secretKeys, err := json.Marshal(append([]string{}, request.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	args := []string{
		"--monitor", request.GetMonitorAddress(),
		"--engine", h.engine,
		"--organization", request.GetOrganization(),
		"--project", request.GetProject(),
		"--root-directory", info.GetRootDirectory(),
		"--stack", request.GetStack(),
		"--pwd", request.GetPwd(),
		"--parallel", strconv.Itoa(int(request.GetParallel())),
	}
	if request.GetDryRun() {
		args = append(args, "--dry-run")
	}
	args = append(append(args, info.GetEntryPoint()), request.GetArgs()...)
	command, err := nodeCommand(context.Background(), info, "run", args)
	if err != nil {
		return nil, err
	}
	command.Env = append(command.Env, "PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	command.Stdout, command.Stderr = os.Stdout, os.Stderr

	var exit *exec.ExitError
	switch err := command.Run(); {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case !errors.As(err, &exit):
		return nil, fmt.Errorf("starting node: %w", err)
	case exit.ExitCode() == messageShown:
		return &pulumirpc.RunResponse{Bail: true}, nil
	default:
		return &pulumirpc.RunResponse{Error: "the program ended with " + exit.String()}, nil
	}
}

// RunPlugin runs a policy pack, or a plugin written for Node.js, until the engine no longer needs it.
func (h *languageHost) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	info := request.GetInfo()
	runner, args := "run-plugin", append([]string{info.GetProgramDirectory()}, request.GetArgs()...)
	if request.GetKind() == "analyzer" {
		// A policy pack takes its program after the engine's address.
		runner, args = "run-policy-pack", append(append([]string{}, request.GetArgs()...), info.GetProgramDirectory())
	}
	command, err := nodeCommand(stream.Context(), info, runner, args)
	if err != nil {
		return err
	}
	command.Dir = request.GetPwd()
	command.Env = append(command.Env, request.GetEnv()...)
	command.Stdout = output(func(chunk []byte) *pulumirpc.RunPluginResponse {
		return &pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: chunk}}
	}, stream)
	command.Stderr = output(func(chunk []byte) *pulumirpc.RunPluginResponse {
		return &pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: chunk}}
	}, stream)
	if err := command.Run(); err != nil && command.ProcessState == nil {
		return fmt.Errorf("starting node: %w", err)
	}
	code := int32(command.ProcessState.ExitCode())
	return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: code}})
}

// nodeCommand runs one of the entry points that the SDK has for language hosts, as the options in Pulumi.yaml want it.
func nodeCommand(
	ctx context.Context, info *pulumirpc.ProgramInfo, runner string, args []string,
) (*exec.Cmd, error) {
	script, err := findUp(info.GetProgramDirectory(), filepath.Join("node_modules", "@pulumi", "pulumi", "cmd", runner, "index.js"))
	if err != nil {
		return nil, err
	}
	options := info.GetOptions().AsMap()
	nodeArguments, _ := options["nodeargs"].(string)
	command := exec.CommandContext(ctx, "node", append(append(strings.Fields(nodeArguments), script), args...)...)
	command.Env = os.Environ()
	if typescript, set := options["typescript"].(bool); typescript || !set {
		command.Env = append(command.Env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	return command, nil
}

// findUp looks for a path in a folder and in those above it, as Node.js does for node_modules.
func findUp(folder, path string) (string, error) {
	for at := folder; ; at = filepath.Dir(at) {
		if file := filepath.Join(at, path); exists(file) {
			return file, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no %s in %s or above it: run `npm ci` there", path, folder)
		}
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
