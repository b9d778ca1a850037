package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gisd/spatial/postgis"
)

// manifest stands beside a dump, as FILE.json.
type manifest struct {
	Format    int       `json:"format"` // 1
	CreatedAt time.Time `json:"createdAt"`
	Gisd      string    `json:"gisd"`
	Server    string    `json:"postgresql"`
	PostGIS   string    `json:"postgis"`
	Bytes     int64     `json:"bytes"`
	SHA256    string    `json:"sha256"`
	postgis.BackupFacts
}

func newBackupCommand(a *app) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "backup",
		Short: "Write the whole database to a file",
		Long: "Write the whole database to a file in pg_dump's custom format, and what it holds to FILE.json beside it. " +
			"The server goes on meanwhile. The file holds password hashes: only its owner may read it.",
		Example: "  gisd backup\n  gisd backup -o /mnt/backup/gisd.dump",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output == "" {
				output = time.Now().UTC().Format("gisd-20060102-150405.dump")
			}
			return a.backup(cmd.Context(), output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "file to write (default gisd-DATE-TIME.dump)")
	return cmd
}

func (a *app) backup(ctx context.Context, output string) error {
	address, leave, err := a.databaseURL(ctx)
	if err != nil {
		return err
	}
	defer leave()
	db, err := a.connect(ctx, address)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := a.checkMigrated(ctx, db); err != nil {
		return err
	}
	about, err := db.Diagnose(ctx)
	if err != nil {
		return err
	}
	conn, err := db.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))

	// The name is only given to a file that is complete.
	part := output + ".part"
	defer os.Remove(part)
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	m := manifest{Format: 1, CreatedAt: time.Now().UTC().Truncate(time.Second), Gisd: programVersion(), Server: about.ServerVersion, PostGIS: about.PostGIS}
	err = postgis.Snapshot(ctx, conn, func(snapshot string, facts postgis.BackupFacts) error {
		m.BackupFacts = facts
		return a.postgresTool(ctx, "pg_dump", address, "--format=custom", "--snapshot="+snapshot, "--no-password", "--file="+part)
	})
	if err != nil {
		return err
	}
	if m.Bytes, m.SHA256, err = fingerprint(part); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := writeManifest(output+".json", m); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := os.Rename(part, output); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(a.stdout, "%s: %d collections, %d bytes\n", output, len(m.Collections), m.Bytes)
	return nil
}

func fingerprint(path string) (bytes int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	if bytes, err = io.Copy(h, f); err != nil {
		return 0, "", err
	}
	return bytes, hex.EncodeToString(h.Sum(nil)), nil
}

func writeManifest(path string, m manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

// readManifest checks the dump against its manifest.
func readManifest(dump string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(dump + ".json")
	if err != nil {
		return m, fmt.Errorf("restore: the manifest beside the dump: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Format != 1 {
		return m, fmt.Errorf("restore: %s.json is no manifest of `gisd backup`", dump)
	}
	_, sum, err := fingerprint(dump)
	if err != nil {
		return m, fmt.Errorf("restore: %w", err)
	}
	if sum != m.SHA256 {
		return m, fmt.Errorf("restore: %s is damaged: its SHA-256 is not the one in the manifest", filepath.Base(dump))
	}
	return m, nil
}
