package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The plugin that fetches libraries, pinned so that runs stay alike.
const dependencyPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:"

// fetched is a suite that is ready to run.
type fetched struct {
	classpath string
	plan      []byte // its testng.xml
}

// fetch brings the suite's libraries and the suite itself: compiled from a
// checkout below o.sources, else as the artifact that Maven knows.
func (o options) fetch(ctx context.Context, s suite) (fetched, error) {
	lib := filepath.Join(o.work, "lib")
	if err := o.maven(ctx, filepath.Join(lib, ".complete"), "-f", "conformance/pom.xml", dependencyPlugin+"copy-dependencies", "-DoutputDirectory="+lib); err != nil {
		return fetched{}, err
	}
	libraries := filepath.Join(lib, "*")
	if o.sources != "" {
		return o.compile(ctx, s, libraries)
	}
	home := filepath.Join(o.work, s.artifact+"-"+s.version)
	artifact := "org.opengis.cite:" + s.artifact + ":" + s.version
	if err := o.maven(ctx, filepath.Join(home, ".complete"), dependencyPlugin+"copy", "-Dartifact="+artifact, "-DoutputDirectory="+home); err != nil {
		return fetched{}, fmt.Errorf("%w\nwhere no registry has the suite, check out github.com/opengeospatial/%s at %s and name the folder above it with -sources", err, s.artifact, s.version)
	}
	jar := filepath.Join(home, s.artifact+"-"+s.version+".jar")
	plan, err := fromJar(jar, s.plan())
	if err != nil {
		return fetched{}, err
	}
	table, err := fromJar(jar, epsgTable)
	return o.withSystems(fetched{jar + string(os.PathListSeparator) + libraries, plan}, table, err)
}

// maven runs a goal, once: the file done remembers it.
func (o options) maven(ctx context.Context, done string, args ...string) error {
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "mvn", append([]string{"--batch-mode", "--quiet"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("mvn: %w: %s", err, out[max(0, len(out)-1000):])
	}
	return os.WriteFile(done, nil, 0o644)
}

// compile builds a checkout, without the entry that ties the suite to the engine
// it usually runs in.
func (o options) compile(ctx context.Context, s suite, libraries string) (fetched, error) {
	main := filepath.Join(o.sources, s.artifact, "src", "main")
	classes := filepath.Join(o.work, "classes-"+s.name)
	if err := errors.Join(os.RemoveAll(classes), os.MkdirAll(classes, 0o755)); err != nil {
		return fetched{}, err
	}
	args := []string{"-nowarn", "-encoding", "UTF-8", "-d", classes, "-cp", libraries}
	err := filepath.WalkDir(filepath.Join(main, "java"), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".java") && filepath.Base(path) != "TestNGController.java" {
			args = append(args, path)
		}
		return err
	})
	if err != nil {
		return fetched{}, err
	}
	if out, err := exec.CommandContext(ctx, "javac", args...).CombinedOutput(); err != nil {
		return fetched{}, fmt.Errorf("javac: %w: %s", err, out[max(0, len(out)-2000):])
	}
	resources := filepath.Join(main, "resources")
	if err := os.CopyFS(classes, os.DirFS(resources)); err != nil {
		return fetched{}, err
	}
	plan, err := os.ReadFile(filepath.Join(resources, s.plan()))
	if err != nil {
		return fetched{}, err
	}
	table, err := os.ReadFile(filepath.Join(resources, filepath.FromSlash(epsgTable)))
	return o.withSystems(fetched{classes + string(os.PathListSeparator) + libraries, plan}, table, err)
}

func fromJar(jar, name string) ([]byte, error) {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
