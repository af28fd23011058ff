//go:build linux

package grpcpeer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/uds"
	"example.com/uds/integrations/grpcpeer"
	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// whoami answers with the peer that the handler sees.
var whoami = grpc.ServiceDesc{
	ServiceName: "uds.Who",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{{
		MethodName: "AmI",
		Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			if err := decode(new(emptypb.Empty)); err != nil {
				return nil, err
			}
			p, ok := grpcpeer.FromContext(ctx)
			if !ok {
				return nil, status.Error(codes.Unauthenticated, "no peer")
			}
			return wrapperspb.String(fmt.Sprintf("%d %d %d", p.Cred.PID, p.Cred.UID, p.Cred.GID)), nil
		},
	}},
}

// serve starts a server with credentials at an abstract address.
func serve(t *testing.T, l net.Listener, creds credentials.TransportCredentials) {
	t.Helper()
	srv := grpc.NewServer(grpc.Creds(creds))
	srv.RegisterService(&whoami, nil)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		srv.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// listener returns a listener at an abstract address that is the test's own.
func listener(t *testing.T) *uds.SeqListener {
	t.Helper()
	l, err := uds.ListenSeq(fmt.Sprintf("@grpcpeer-%d-%s", os.Getpid(), t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ask asks the server at address.
func ask(address string, creds credentials.TransportCredentials) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	client, err := grpc.NewClient("passthrough:///uds", grpc.WithTransportCredentials(creds),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return new(uds.Dialer).DialContext(ctx, "unixpacket", address)
		}))
	if err != nil {
		return "", err
	}
	defer client.Close()
	out := new(wrapperspb.StringValue)
	err = client.Invoke(ctx, "/uds.Who/AmI", new(emptypb.Empty), out)
	return out.GetValue(), err
}

func init() { testutil.RegisterChild("ask", askFromChild) }

func askFromChild() {
	got, err := ask(os.Getenv("ADDRESS"), grpcpeer.New(nil))
	fmt.Print(got, " ", status.Code(err))
}

// fromChild asks from another process, of another user if that is possible.
func fromChild(t *testing.T, address string) (got string, pid, uid int) {
	t.Helper()
	cmd := testutil.Child(t, "ask", "ADDRESS="+address)
	if uid = os.Getuid(); uid == 0 {
		testutil.AsNobody(t, cmd)
		uid = testutil.Nobody
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.Pid(), uid
}

func TestHandlerSeesThePeer(t *testing.T) {
	l := listener(t)
	serve(t, l, grpcpeer.New(nil))
	got, pid, uid := fromChild(t, l.Addr().String())
	if want := fmt.Sprintf("%d %d ", pid, uid); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "OK") {
		t.Errorf("got %q, want %q, a group, and OK", got, want)
	}
}

func TestServerRefuses(t *testing.T) {
	l := listener(t)
	serve(t, l, grpcpeer.New(func(p uds.Peer) error {
		if p.Cred.PID != os.Getpid() {
			return errors.New("another process")
		}
		return nil
	}))
	if got, _, _ := fromChild(t, l.Addr().String()); got != " Unavailable" {
		t.Errorf("child: got %q, want Unavailable", got)
	}
	got, err := ask(l.Addr().String(), grpcpeer.New(nil))
	if want := fmt.Sprintf("%d %d %d", os.Getpid(), os.Getuid(), os.Getgid()); got != want || err != nil {
		t.Errorf("own process: got %q, %v, want %q", got, err, want)
	}
}

func TestClientRefuses(t *testing.T) {
	l := listener(t)
	serve(t, l, grpcpeer.New(nil))
	_, err := ask(l.Addr().String(), grpcpeer.New(func(p uds.Peer) error {
		return fmt.Errorf("not the server that runs as %d", p.Cred.UID)
	}))
	if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "not the server") {
		t.Errorf("got %v, want Unavailable that says why", err)
	}
}

func TestUnknownConnectionIsRefused(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if _, _, err := grpcpeer.New(nil).ServerHandshake(a); err == nil {
		t.Error("got no error, want a net.Pipe refused")
	}
}

func TestNoPeerWithoutTheCredentials(t *testing.T) {
	l := listener(t)
	serve(t, l, insecure.NewCredentials())
	if _, err := ask(l.Addr().String(), insecure.NewCredentials()); status.Code(err) != codes.Unauthenticated {
		t.Errorf("got %v, want Unauthenticated", err)
	}
	if _, ok := grpcpeer.FromContext(context.Background()); ok {
		t.Error("got a peer from an empty context")
	}
	c := grpcpeer.New(nil).Clone()
	if got := c.Info().SecurityProtocol; got != "unix-peer" {
		t.Errorf("got protocol %q, want unix-peer", got)
	}
}
