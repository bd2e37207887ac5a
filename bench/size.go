package bench

import (
	"bufio"
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Program has the size and memory of a program that creates one snapshot.
type Program struct {
	// Name is ours, aws (Amazon's package for Redshift only) or awsconfig (with Amazon's default credential chain).
	Name string `json:"name"`
	// Bytes is the size of the program without symbols and debugging data.
	Bytes int64 `json:"bytes"`
	// Packages is the number of linked packages, including the packages of Go. Modules is the number of modules that a go.mod requires
	// for it.
	Packages int `json:"packages"`
	Modules  int `json:"modules"`
	// Resident is the largest resident memory in bytes until the snapshot is created, or 0 if it was not measured.
	Resident int64 `json:"resident,omitempty"`
}

// Programs returns the names of the programs.
func Programs() []string { return []string{"ours", "aws", "awsconfig"} }

// Build builds a program into a folder and measures it. The working directory must be the folder of this module.
func Build(ctx context.Context, folder, name string) (Program, error) {
	program := Program{Name: name}
	binary := filepath.Join(folder, name)
	// Always for the same platform, so that the results are comparable.
	environment := append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOWORK=off")
	run := func(arguments ...string) ([]byte, error) {
		command := exec.CommandContext(ctx, "go", arguments...)
		command.Env = environment
		var problems bytes.Buffer
		command.Stderr = &problems
		output, err := command.Output()
		if err != nil {
			return nil, fmt.Errorf("go %s: %w: %s", arguments[0], err, problems.Bytes())
		}

		return output, nil
	}
	if _, err := run("build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./onecall/"+name); err != nil {
		return program, err
	}
	file, err := os.Stat(binary)
	if err != nil {
		return program, err
	}
	program.Bytes = file.Size()
	packages, err := run("list", "-deps", "./onecall/"+name)
	if err != nil {
		return program, err
	}
	program.Packages = bytes.Count(packages, []byte("\n")) - 1
	built, err := buildinfo.ReadFile(binary)
	if err != nil {
		return program, err
	}
	program.Modules = len(built.Deps)

	return program, nil
}

// Start runs a program that [Build] wrote to the folder against an endpoint, and sets Resident.
func (p *Program) Start(ctx context.Context, folder, endpoint string) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return nil
	}
	command := exec.CommandContext(ctx, filepath.Join(folder, p.Name), endpoint)
	command.Env = []string{"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_EC2_METADATA_DISABLED=true", "HOME=" + folder}
	var problems bytes.Buffer
	command.Stderr = &problems
	input, err := command.StdinPipe()
	if err != nil {
		return err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err == nil && line != "creating\n" {
		err = wrong(nil, line)
	}
	if err == nil {
		// The maximum that wait4 reports includes the memory of the parent process.
		p.Resident, err = highWater(command.Process.Pid)
	}
	_ = input.Close()
	if ended := command.Wait(); err == nil {
		err = ended
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", p.Name, err, problems.Bytes())
	}

	return nil
}

// highWater returns the largest resident set of a process so far, in bytes.
func highWater(process int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			kibibytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)

			return kibibytes * 1024, err
		}
	}

	return 0, errors.New("the status of the process has no VmHWM")
}
