package load

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"time"
)

// patience is how long an answer may take before it counts as none.
const patience = 40 * time.Second

// Client sends GET requests over one kept connection and reads of the answers
// no more than it must, so that the server is what is measured. It is not safe
// for goroutines. The zero value with an Address is ready.
type Client struct {
	Address string // host:port
	Header  string // more header lines, each ending in CRLF

	conn    net.Conn
	read    *bufio.Reader
	request []byte
	body    []byte
}

// Get asks for a path. The body is valid until the next call. An answer that
// breaks off is an error, and the next request goes over a new connection.
func (c *Client) Get(ctx context.Context, path string) (status int, body []byte, err error) {
	if c.conn == nil {
		var d net.Dialer
		if c.conn, err = d.DialContext(ctx, "tcp", c.Address); err != nil {
			return 0, nil, err
		}
		c.read = bufio.NewReaderSize(c.conn, 64<<10)
	}
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	c.request = append(c.request[:0], "GET "...)
	c.request = append(c.request, path...)
	c.request = append(c.request, " HTTP/1.1\r\nHost: "...)
	c.request = append(c.request, c.Address...)
	c.request = append(c.request, "\r\nUser-Agent: bench\r\nAccept: */*\r\n"...)
	c.request = append(c.request, c.Header...)
	c.request = append(c.request, "\r\n"...)
	status, last, err := c.exchange()
	if err != nil || last {
		c.Close()
	}
	return status, c.body, err
}

// Close ends the connection; the next request makes a new one.
func (c *Client) Close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// exchange sends the request and reads the answer; last says that the server
// ends the connection with it.
func (c *Client) exchange() (status int, last bool, err error) {
	c.body = c.body[:0]
	if _, err := c.conn.Write(c.request); err != nil {
		return 0, true, err
	}
	line, err := c.read.ReadSlice('\n')
	if err != nil {
		return 0, true, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return 0, true, fmt.Errorf("load: not an HTTP answer: %.40q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, true, err
	}
	length, chunked := -1, false
	for {
		if line, err = c.read.ReadSlice('\n'); err != nil {
			return 0, true, err
		}
		name, value, _ := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(": "))
		switch {
		case len(name) == 0:
			return status, last, c.content(status, length, chunked)
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, true, err
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			chunked = true
		case bytes.EqualFold(name, []byte("connection")):
			last = bytes.EqualFold(value, []byte("close"))
		}
	}
}

func (c *Client) content(status, length int, chunked bool) error {
	switch {
	case chunked:
		var err error
		if c.body, err = io.ReadAll(httputil.NewChunkedReader(c.read)); err != nil {
			return err
		}
		for { // trailers end with an empty line
			line, err := c.read.ReadSlice('\n')
			if err != nil || len(bytes.TrimRight(line, "\r\n")) == 0 {
				return err
			}
		}
	case length > 0:
		if cap(c.body) < length {
			c.body = make([]byte, length)
		}
		c.body = c.body[:length]
		_, err := io.ReadFull(c.read, c.body)
		return err
	case length < 0 && status != 204 && status != 304:
		return fmt.Errorf("load: an answer %d without a length", status)
	}
	return nil
}
