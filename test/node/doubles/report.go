package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What a container was given, as its first process has it. Contents of files are left out, so that a report can be
// printed wherever credentials must not appear; the environment is not.
type report struct {
	Role            string            `json:"role"`
	Args            []string          `json:"args"`
	Environment     map[string]string `json:"environment"`
	User            int               `json:"user"`
	Group           int               `json:"group"`
	Groups          []int             `json:"groups"`
	Capabilities    string            `json:"capabilities"`
	NoNewPrivileges bool              `json:"noNewPrivileges"`
	Seccomp         bool              `json:"seccomp"`
	ReadOnlyRoot    bool              `json:"readOnlyRoot"`
	Mounts          []mount           `json:"mounts"`
	Peers           []peer            `json:"peers"`
}

type mount struct {
	Path     string `json:"path"`
	Type     string `json:"type"`
	ReadOnly bool   `json:"readOnly"`
	Files    []file `json:"files"`
}

type file struct {
	// Relative to the mount; empty where the mount is a file.
	Path   string `json:"path"`
	Mode   string `json:"mode"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
	// Why it could not be read.
	Error string `json:"error,omitempty"`
}

// An abstract socket needs no file system that can be written. Its name is the container's: containers of one pod
// share their network, where such names live, but not their mounts.
func reportSocket() (string, error) {
	namespace, err := os.Readlink("/proc/self/ns/mnt")
	return "@centaur-double/" + namespace, err
}

func answerReports(role string, peers *peers) error {
	socket, err := reportSocket()
	if err != nil {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	go http.Serve(listener, http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		encoder := json.NewEncoder(response)
		encoder.SetIndent("", "  ")
		encoder.Encode(given(role, peers.recorded()))
	}))
	return nil
}

// Prints the report of the double that runs in this container.
func printReport([]string) error {
	socket, err := reportSocket()
	if err != nil {
		return err
	}
	connect := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	client := http.Client{Timeout: patience, Transport: &http.Transport{DialContext: connect}}
	response, err := client.Get("http://double/")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}

func given(role string, peers []peer) report {
	status := processStatus()
	groups, _ := os.Getgroups()
	mounts, readOnlyRoot := mounts()
	environment := map[string]string{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	return report{
		Role:            role,
		Args:            os.Args,
		Environment:     environment,
		User:            os.Getuid(),
		Group:           os.Getgid(),
		Groups:          groups,
		Capabilities:    status["CapEff"],
		NoNewPrivileges: status["NoNewPrivs"] == "1",
		Seccomp:         status["Seccomp"] == "2",
		ReadOnlyRoot:    readOnlyRoot,
		Mounts:          mounts,
		Peers:           peers,
	}
}

// See proc(5), /proc/pid/status.
func processStatus() map[string]string {
	content, _ := os.ReadFile("/proc/self/status")
	fields := map[string]string{}
	for line := range strings.Lines(string(content)) {
		name, value, _ := strings.Cut(line, ":")
		fields[name] = strings.TrimSpace(value)
	}
	return fields
}

// The mounts that a pod's spec or Kubernetes asked for, and whether the root is read-only. See proc(5), /proc/pid/mountinfo.
func mounts() ([]mount, bool) {
	info, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, false
	}
	defer info.Close()
	found, readOnlyRoot := []mount{}, false
	for lines := bufio.NewScanner(info); lines.Scan(); {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		fields := strings.Fields(before)
		path, readOnly := fields[4], slices.Contains(strings.Split(fields[5], ","), "ro")
		if path == "/" {
			readOnlyRoot = readOnly
		}
		if path == "/" || within(path, "/proc") || within(path, "/sys") || within(path, "/dev") {
			continue
		}
		found = append(found, mount{path, strings.Fields(after)[0], readOnly, files(path)})
	}
	return found, readOnlyRoot
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func files(root string) []file {
	found := []file{}
	filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		relative := strings.TrimPrefix(strings.TrimPrefix(path, root), "/")
		if err != nil {
			found = append(found, file{Path: relative, Error: err.Error()})
			return nil
		}
		// Kubernetes' own folders "..data" and "..<time>", whose files are linked from beside them.
		if strings.HasPrefix(entry.Name(), "..") {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			found = append(found, describe(path, relative, info))
		}
		return nil
	})
	return found
}

func describe(path, relative string, info os.FileInfo) file {
	described := file{Path: relative, Mode: fmt.Sprintf("%04o", info.Mode().Perm()), Size: info.Size()}
	content, err := os.ReadFile(path)
	if err != nil {
		described.Error = err.Error()
		return described
	}
	described.SHA256 = fmt.Sprintf("%x", sha256.Sum256(content))
	return described
}
