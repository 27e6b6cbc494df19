package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// What a container was given, as its first process has it. Contents of files are left out, so that a report can be
// printed wherever credentials must not appear; the environment is not.
type report struct {
	activity
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
}

// What only a double itself can tell; another program that the container runs tells nothing.
type activity struct {
	Role  string `json:"role,omitempty"`
	Peers []peer `json:"peers,omitempty"`
	Load  *load  `json:"load,omitempty"`
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
		json.NewEncoder(response).Encode(activity{role, peers.recorded(), peers.load.sofar()})
	}))
	return nil
}

// Prints the report of this container.
func printReport([]string) error {
	active, err := askActivity()
	if err != nil {
		return err
	}
	report, err := given(firstProcess)
	if err != nil {
		return err
	}
	report.activity = active
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

func askActivity() (active activity, err error) {
	socket, err := reportSocket()
	if err != nil {
		return active, err
	}
	connect := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	client := http.Client{Timeout: patience, Transport: &http.Transport{DialContext: connect}}
	response, err := client.Get("http://double/")
	if errors.Is(err, syscall.ECONNREFUSED) {
		return active, nil
	}
	if err != nil {
		return active, err
	}
	defer response.Body.Close()
	return active, json.NewDecoder(response.Body).Decode(&active)
}

// See proc(5). In a container the first process is the one that the image runs.
const firstProcess = "/proc/1"

func given(process string) (report, error) {
	var problems []error
	read := func(file string) string {
		content, err := os.ReadFile(filepath.Join(process, file))
		problems = append(problems, err)
		return string(content)
	}
	status := fields(read("status"))
	mounts, readOnlyRoot := mounts(read("mountinfo"))
	environment := map[string]string{}
	for _, variable := range strings.Split(strings.TrimRight(read("environ"), "\x00"), "\x00") {
		name, value, _ := strings.Cut(variable, "=")
		environment[name] = value
	}
	found := report{
		Args:            strings.Split(strings.TrimRight(read("cmdline"), "\x00"), "\x00"),
		Environment:     environment,
		User:            first(numbers(status["Uid"])),
		Group:           first(numbers(status["Gid"])),
		Groups:          numbers(status["Groups"]),
		Capabilities:    status["CapEff"],
		NoNewPrivileges: status["NoNewPrivs"] == "1",
		Seccomp:         status["Seccomp"] == "2",
		ReadOnlyRoot:    readOnlyRoot,
		Mounts:          mounts,
	}
	return found, errors.Join(problems...)
}

func fields(status string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		found[name] = strings.TrimSpace(value)
	}
	return found
}

func numbers(text string) []int {
	found := []int{}
	for _, word := range strings.Fields(text) {
		number, _ := strconv.Atoi(word)
		found = append(found, number)
	}
	return found
}

func first(numbers []int) int {
	if len(numbers) == 0 {
		return -1
	}
	return numbers[0]
}

// The mounts that a pod's spec or Kubernetes asked for, and whether the root is read-only.
func mounts(info string) ([]mount, bool) {
	found, readOnlyRoot := []mount{}, false
	for line := range strings.Lines(info) {
		before, after, _ := strings.Cut(line, " - ")
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
