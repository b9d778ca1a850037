package load

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Drained is what asking for a list of paths came to.
type Drained struct {
	PerSecond float64
	P95       time.Duration
	Bytes     int64       // of bodies
	Statuses  map[int]int // 0 is no answer
}

// Drain asks for each path once, as fast as the server answers over so many
// connections. header is as in Client.
func Drain(ctx context.Context, address, header string, connections int, paths []string) Drained {
	var (
		next  atomic.Int64
		group sync.WaitGroup
		mu    sync.Mutex
		all   []time.Duration
	)
	d := Drained{Statuses: map[int]int{}}
	begin := time.Now()
	for range connections {
		group.Go(func() {
			c := Client{Address: address, Header: header}
			defer c.Close()
			var took []time.Duration
			statuses, size := map[int]int{}, int64(0)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(paths) {
					break
				}
				start := time.Now()
				status, body, err := c.Get(ctx, paths[i])
				if err != nil {
					status = 0
				}
				took, size = append(took, time.Since(start)), size+int64(len(body))
				statuses[status]++
			}
			mu.Lock()
			defer mu.Unlock()
			all, d.Bytes = append(all, took...), d.Bytes+size
			for status, n := range statuses {
				d.Statuses[status] += n
			}
		})
	}
	group.Wait()
	d.PerSecond = float64(len(all)) / time.Since(begin).Seconds()
	d.P95 = Quantile(all, 0.95)
	return d
}
