package ogr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Limits bound one run of a GDAL program.
type Limits struct {
	Memory int64         // bytes of data segment and private mappings, and 8 more for each byte of the dataset, up to 2 GiB
	File   int64         // bytes of any one file it writes
	Files  int           // files open at once
	Base   time.Duration // what any run may take: of the processor, and in silence
	Rate   int64         // bytes of the dataset that each further second is granted for
}

// DefaultLimits suit planning data of up to some gigabytes.
func DefaultLimits() Limits {
	return Limits{Memory: 192 << 20, File: 8 << 30, Files: 4096, Base: 20 * time.Second, Rate: 1 << 20}
}

func (l Limits) allowance(bytes int64) time.Duration {
	return l.Base + time.Duration(bytes/l.Rate)*time.Second
}

func (l Limits) memory(bytes int64) int64 {
	return max(l.Memory, min(l.Memory+8*bytes, 2<<30))
}

var (
	errSilent  = errors.New("it went silent and was stopped")
	errTooLong = errors.New("a line of its output is too long")
)

// child is a running GDAL program, read like a file.
type child struct {
	cmd    *exec.Cmd
	out    *os.File
	stderr tail
	exited chan error // closed after the exit status was stored
	status error
	quiet  time.Duration
	hidden string // the private folder, kept out of messages
}

// start runs a program in the folder; it ends with ctx at the latest.
func (r *runner) start(ctx context.Context, program string, args ...string) (*child, error) {
	c, err := r.spawn(ctx, program, args, true)
	if err != nil && ctx.Err() == nil {
		// Kernels and containers may refuse a new network namespace.
		c, err = r.spawn(ctx, program, args, false)
	}
	return c, err
}

func (r *runner) spawn(ctx context.Context, program string, args []string, isolated bool) (*child, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("ogr: start %s: %w", program, err)
	}
	c := &child{out: out, exited: make(chan error), quiet: r.format.Limits.allowance(r.bytes), hidden: r.folder.path}
	c.cmd = exec.CommandContext(ctx, program, args...)
	c.cmd.Dir, c.cmd.Env = r.folder.path, r.environment()
	c.cmd.Stdout, c.cmd.Stderr = in, &c.stderr
	c.cmd.SysProcAttr = attributes(isolated)
	c.cmd.Cancel = func() error { return killGroup(c.cmd.Process) }
	c.cmd.WaitDelay = 5 * time.Second
	started := make(chan error)
	go func() {
		// The child dies with the thread that started it, should gisd be killed;
		// so the thread must stay for as long as the child runs.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		if err == nil {
			limit(c.cmd.Process.Pid, r.format.Limits, r.bytes)
		}
		started <- err
		if err == nil {
			c.status = c.cmd.Wait()
		}
		close(c.exited)
	}()
	err = <-started
	in.Close()
	if err != nil {
		out.Close()
		return nil, fmt.Errorf("ogr: start %s: %w", program, err)
	}
	return c, nil
}

// Read waits no longer for output than the child may be silent. How long the
// reader takes between two calls does not count.
func (c *child) Read(p []byte) (int, error) {
	if err := c.out.SetReadDeadline(time.Now().Add(c.quiet)); err != nil {
		return 0, err
	}
	n, err := c.out.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errSilent
	}
	return n, err
}

// finish waits for the end of a child whose output has ended, and says what
// went wrong.
func (c *child) finish() error {
	select {
	case <-c.exited:
	case <-time.After(c.quiet):
		c.kill()
		return errSilent
	}
	c.out.Close()
	if c.status == nil {
		return nil
	}
	said := c.lastError()
	if state := c.cmd.ProcessState; state != nil && state.ExitCode() < 0 {
		said = fmt.Sprintf("it crashed or reached a limit (%s) %s", state, said)
	}
	if said != "" {
		return errors.New(strings.TrimSpace(said))
	}
	return fmt.Errorf("GDAL finds nothing in it that it knows (%w)", c.status)
}

// kill ends the child and all it started.
func (c *child) kill() {
	select {
	case <-c.exited:
	default:
		_ = killGroup(c.cmd.Process) // it may be ending by itself
		<-c.exited
	}
	c.out.Close()
}

// why puts an error of reading into words: what the child itself says of it
// comes first.
func (c *child) why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		c.kill()
		return ctx.Err()
	}
	if errors.Is(err, errSilent) || errors.Is(err, errTooLong) {
		c.kill()
		return err
	}
	if end := c.finish(); end != nil {
		return end
	}
	return err
}

// lastError is GDAL's last complaint, without the private folder's name.
func (c *child) lastError() string {
	said := ""
	for line := range strings.SplitSeq(string(c.stderr.bytes()), "\n") {
		line = strings.TrimSpace(line)
		if text, ok := strings.CutPrefix(line, "ERROR "); ok {
			_, text, _ = strings.Cut(text, ": ")
			// What follows from an error is said after it.
			if said == "" || !strings.HasPrefix(text, "Terminating translation") && !strings.HasPrefix(text, "Unable to write feature") {
				said = text
			}
		} else if strings.HasPrefix(line, "FAILURE") || strings.Contains(line, "bad_alloc") || strings.Contains(line, "out of memory") {
			said = line
		}
	}
	said, _, _ = strings.Cut(said, ". You may set")
	said = strings.TrimRight(strings.ReplaceAll(said, c.hidden+"/data/", ""), ": ") // what follows may be on a line of its own
	return strings.ToValidUTF8(said, "?")
}

// tail keeps the first and the last of what a child says.
type tail struct {
	head, end []byte
}

const tailSize = 4096

// Write implements io.Writer; it never fails.
func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if room := tailSize - len(t.head); room > 0 {
		t.head = append(t.head, p[:min(room, n)]...)
		p = p[min(room, n):]
	}
	t.end = append(t.end, p...)
	if over := len(t.end) - tailSize; over > 0 {
		t.end = append(t.end[:0], t.end[over:]...)
	}
	return n, nil
}

func (t *tail) bytes() []byte { return bytes.Join([][]byte{t.head, t.end}, nil) }

var _ io.Reader = (*child)(nil)
