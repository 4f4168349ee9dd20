package main

import (
	"io"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type streamWriter struct {
	wrap   func([]byte) *pulumirpc.RunPluginResponse
	stream pulumirpc.LanguageRuntime_RunPluginServer
}

// sending guards the stream: standard output and standard error are copied side by side, and a stream takes one at a time.
var sending sync.Mutex

// output sends what is written to it over the stream to the engine.
func output(wrap func([]byte) *pulumirpc.RunPluginResponse, stream pulumirpc.LanguageRuntime_RunPluginServer) io.Writer {
	return streamWriter{wrap, stream}
}

func (w streamWriter) Write(chunk []byte) (int, error) {
	sending.Lock()
	defer sending.Unlock()
	if err := w.stream.Send(w.wrap(append([]byte{}, chunk...))); err != nil {
		return 0, err
	}
	return len(chunk), nil
}
