// Grpc runs unary and streaming calls over a SEQPACKET socket. The server and
// the client are given a listener and a dialer and are otherwise unchanged.
//
//	cd integrations && go run ./grpc
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/uds"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "grpc:", err)
		os.Exit(1)
	}
}

// messageSize is the size of the larger messages.
const messageSize = 1 << 20

// bufferSizes are the sizes of the read buffers to run with: gRPC's default of
// 32 KiB, and one that is smaller than the messages of the socket.
var bufferSizes = []int{32 << 10, 4 << 10}

func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "uds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, size := range bufferSizes {
		path := filepath.Join(dir, fmt.Sprint(size))
		if err := serve(ctx, out, path, size); err != nil {
			return fmt.Errorf("read buffers of %d bytes: %w", size, err)
		}
	}
	return nil
}

// serve starts a server at path and calls it.
func serve(ctx context.Context, out io.Writer, path string, readBuffer int) error {
	l, err := uds.Listen("unixpacket", path)
	if err != nil {
		return err
	}
	srv := grpc.NewServer(grpc.ReadBufferSize(readBuffer))
	srv.RegisterService(&echoService, nil)
	go srv.Serve(l)
	defer srv.Stop()

	client, err := grpc.NewClient("passthrough:///uds",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithReadBufferSize(readBuffer),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return new(uds.Dialer).DialContext(ctx, "unixpacket", path)
		}))
	if err != nil {
		return err
	}
	defer client.Close()
	for _, size := range []int{0, 1, 31_000, messageSize} {
		if err := unary(ctx, client, size); err != nil {
			return err
		}
		fmt.Fprintf(out, "read buffers of %d bytes: unary call of %d bytes\n", readBuffer, size)
	}
	const messages = 8
	if err := stream(ctx, client, messages); err != nil {
		return err
	}
	fmt.Fprintf(out, "read buffers of %d bytes: stream of %d messages of %d bytes each way\n", readBuffer, messages, messageSize)
	return nil
}

// unary sends size bytes and gets them back.
func unary(ctx context.Context, client *grpc.ClientConn, size int) error {
	in, out := randomBytes(size), new(wrapperspb.BytesValue)
	if err := client.Invoke(ctx, "/uds.Echo/Unary", in, out); err != nil {
		return err
	}
	return same(in, out)
}

// stream sends messages and gets each back.
func stream(ctx context.Context, client *grpc.ClientConn, messages int) error {
	s, err := client.NewStream(ctx, &echoService.Streams[0], "/uds.Echo/Stream")
	if err != nil {
		return err
	}
	for range messages {
		in, out := randomBytes(messageSize), new(wrapperspb.BytesValue)
		if err := s.SendMsg(in); err != nil {
			return err
		}
		if err := s.RecvMsg(out); err != nil {
			return err
		}
		if err := same(in, out); err != nil {
			return err
		}
	}
	if err := s.CloseSend(); err != nil {
		return err
	}
	if err := s.RecvMsg(new(wrapperspb.BytesValue)); err != io.EOF {
		return fmt.Errorf("end of the stream: got %v, want EOF", err)
	}
	return nil
}

func randomBytes(n int) *wrapperspb.BytesValue {
	p := make([]byte, n)
	rand.Read(p)
	return wrapperspb.Bytes(p)
}

func same(in, out *wrapperspb.BytesValue) error {
	if !bytes.Equal(in.Value, out.Value) {
		return fmt.Errorf("sent %d bytes, got %d others back", len(in.Value), len(out.Value))
	}
	return nil
}

// echoService is what protoc-gen-go-grpc would generate for
//
//	service Echo {
//	  rpc Unary(google.protobuf.BytesValue) returns (google.protobuf.BytesValue);
//	  rpc Stream(stream google.protobuf.BytesValue) returns (stream google.protobuf.BytesValue);
//	}
var echoService = grpc.ServiceDesc{
	ServiceName: "uds.Echo",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Unary", Handler: echoUnary}},
	Streams:     []grpc.StreamDesc{{StreamName: "Stream", Handler: echoStream, ServerStreams: true, ClientStreams: true}},
}

func echoUnary(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	m := new(wrapperspb.BytesValue)
	return m, decode(m)
}

func echoStream(_ any, s grpc.ServerStream) error {
	for {
		m := new(wrapperspb.BytesValue)
		if err := s.RecvMsg(m); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := s.SendMsg(m); err != nil {
			return err
		}
	}
}
