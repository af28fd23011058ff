package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func init() { roles["grpc"] = grpcChild }

// grpcRows: one unary call at a time, or 16 over one connection each.
func grpcRows() []row {
	var rows []row
	for _, r := range []struct {
		name  string
		conns int
	}{{"grpc-unary", 1}, {"grpc-unary-c16", 16}} {
		title := fmt.Sprintf("gRPC unary call of 1,024 B, two processes, %d connections, against net's stream socket", r.conns)
		rows = append(rows, serviceRow(r.name, "grpc", title, job{Role: "grpc", Size: 1 << 10, Conns: r.conns}, grpcClient))
	}
	return rows
}

// bytesCodec sends byte slices as they are, which keeps protobuf out of the row.
type bytesCodec struct{}

func (bytesCodec) Name() string                  { return "bytes" }
func (bytesCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }

func (bytesCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

const grpcMethod = "/bench.Echo/Call"

var grpcService = grpc.ServiceDesc{
	ServiceName: "bench.Echo",
	HandlerType: (*any)(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Call", Handler: grpcEcho}},
}

func grpcEcho(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	p := new([]byte)
	return p, decode(p)
}

func grpcChild(j job) (func(n int) error, error) {
	l, err := connTechs[j.Tech].listen(j.Path)
	if err != nil {
		return nil, err
	}
	s := grpc.NewServer(grpc.ForceServerCodec(bytesCodec{}))
	s.RegisterService(&grpcService, nil)
	go func() {
		fmt.Fprintln(os.Stderr, "grpc server:", s.Serve(l))
		os.Exit(1)
	}()
	return func(int) error { return nil }, nil
}

type grpcCaller struct {
	conn     *grpc.ClientConn
	out, got []byte
}

func grpcClient(j job) (caller, error) {
	t := connTechs[j.Tech]
	c, err := grpc.NewClient("passthrough:///bench",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return t.dial(ctx, j.Path) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(bytesCodec{})))
	return &grpcCaller{conn: c, out: body(j.Size)}, err
}

func (c *grpcCaller) call(ctx context.Context) error {
	if err := c.conn.Invoke(ctx, grpcMethod, &c.out, &c.got); err != nil {
		return err
	}
	if len(c.got) != len(c.out) {
		return fmt.Errorf("%w: got %d, want %d", errLength, len(c.got), len(c.out))
	}
	if c.got[len(c.got)-1] != c.out[len(c.out)-1] {
		return errByte
	}
	return nil
}

func (c *grpcCaller) close() error { return c.conn.Close() }
