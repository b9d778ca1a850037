package pgcluster

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const (
	mib = 1 << 20

	settingsName = "gisd.conf"
)

// tuning are the settings for a machine with that memory and so many CPUs. The
// web server and a desktop share the machine, so PostgreSQL takes a quarter.
func tuning(memory int64, cpus int) map[string]string {
	shared := min(max(memory/4, 128*mib), 8<<10*mib)
	megabytes := func(n int64) string { return strconv.FormatInt(n/mib, 10) + "MB" }
	return map[string]string{
		"max_connections":                     "100",
		"shared_buffers":                      megabytes(shared),
		"effective_cache_size":                megabytes(max(memory/2, 256*mib)),
		"work_mem":                            megabytes(min(max(memory/256, 4*mib), 64*mib)),
		"maintenance_work_mem":                megabytes(min(max(memory/16, 64*mib), 1<<10*mib)),
		"max_worker_processes":                strconv.Itoa(max(8, cpus)),
		"max_parallel_maintenance_workers":    strconv.Itoa(min(max(cpus/2, 1), 4)),
		"wal_buffers":                         "16MB",
		"min_wal_size":                        "256MB",
		"max_wal_size":                        "4GB",
		"checkpoint_timeout":                  "15min",
		"checkpoint_completion_target":        "0.9",
		"wal_compression":                     "on",
		"wal_level":                           "minimal", // one node, no replica: a COPY into a new table skips the WAL
		"max_wal_senders":                     "0",
		"random_page_cost":                    "1.1",
		"effective_io_concurrency":            "100",
		"track_io_timing":                     "on",
		"autovacuum_vacuum_scale_factor":      "0.05",
		"autovacuum_analyze_scale_factor":     "0.02",
		"idle_in_transaction_session_timeout": "10min",
		"timezone":                            "UTC",
		"log_timezone":                        "UTC",
		"lc_messages":                         "C",
		"password_encryption":                 "scram-sha-256",
		"logging_collector":                   "on",
		"log_filename":                        "postgresql-%a.log", // a week, then over again
		"log_truncate_on_rotation":            "on",
		"log_rotation_age":                    "1d",
		"log_rotation_size":                   "0",
		"log_line_prefix":                     "%m [%p] %u@%d ",
		"log_lock_waits":                      "on",
		"log_autovacuum_min_duration":         "10s",
		"log_min_duration_statement":          "5s",
		"log_parameter_max_length":            "200",
		"dynamic_shared_memory_type":          sharedMemoryType(),
		"unix_socket_permissions":             "0777", // the folder is private, the password decides
	}
}

// sharedMemoryType avoids /dev/shm where a container makes it tiny: a parallel
// index build would fail there with "no space left on device".
func sharedMemoryType() string {
	var st syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &st); err == nil && int64(st.Blocks)*st.Bsize >= 1<<30 {
		return "posix"
	}
	if runtime.GOOS == "linux" {
		return "sysv"
	}
	return "posix"
}

// machineMemory is the memory in bytes that this process may use, the
// container's limit included; 2 GiB where nothing tells.
func machineMemory() int64 {
	memory := int64(2 << 30)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		sc := bufio.NewScanner(bytes.NewReader(text))
		for sc.Scan() {
			fields := strings.Fields(sc.Text())
			if len(fields) >= 2 && fields[0] == "MemTotal:" {
				if kib, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
					memory = kib << 10
				}
			}
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit > 0 {
			memory = min(memory, limit)
		}
	}
	return memory
}

// settingsText is gisd.conf and pg_hba.conf as this configuration wants them.
func (c *Cluster) settingsText() (conf, hba string) {
	settings := tuning(machineMemory(), runtime.NumCPU())
	settings["listen_addresses"] = c.host
	settings["port"] = strconv.Itoa(c.port)
	settings["unix_socket_directories"] = c.at.socket
	settings["log_directory"] = c.at.logDir()
	maps.Copy(settings, c.cfg.Settings)

	var b strings.Builder
	b.WriteString("# Written by gisd at each start. Your own settings go to local.conf beside this file.\n")
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	hba = "# Written by gisd at each start.\nlocal all all scram-sha-256\n"
	if c.host != "" {
		// Desktop GIS signs in as the server's role; the superuser never over TCP.
		hba += "host " + RoleName + " " + RoleName + " 0.0.0.0/0 scram-sha-256\n"
		hba += "host " + RoleName + " " + RoleName + " ::/0 scram-sha-256\n"
	}
	return b.String(), hba
}

// writeSettings writes gisd.conf and pg_hba.conf into data. Both are made anew
// at each launch; people's own settings go to local.conf, which is read last.
func (c *Cluster) writeSettings(data string) error {
	conf, hba := c.settingsText()
	for name, text := range map[string]string{settingsName: conf, "pg_hba.conf": hba} {
		path := filepath.Join(data, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("pgcluster: writing settings: %w", err)
		}
		if err := c.at.owner.own(path); err != nil {
			return err
		}
	}
	return nil
}

// settingsDiffer reports whether the running cluster was launched with other
// settings than this configuration wants.
func (c *Cluster) settingsDiffer() bool {
	conf, _ := c.settingsText()
	present, err := os.ReadFile(filepath.Join(c.at.data(), settingsName))
	return err != nil || string(present) != conf
}
