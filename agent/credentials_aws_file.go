package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// awsFile is the shared credentials file, and the profile that counts.
type awsFile struct {
	path, profile string
	// isChosen: somebody named the profile, so that it must be there.
	isChosen bool
	config   string
}

func newAWSFile(world storeWorld) awsFile {
	file := awsFile{path: world.getenv("AWS_SHARED_CREDENTIALS_FILE"), profile: world.getenv("AWS_PROFILE"), config: world.getenv("AWS_CONFIG_FILE")}
	file.isChosen = file.profile != ""
	if !file.isChosen {
		file.profile = "default"
	}
	if home := world.getenv("HOME"); home != "" {
		if file.path == "" {
			file.path = filepath.Join(home, ".aws", "credentials")
		}
		if file.config == "" {
			file.config = filepath.Join(home, ".aws", "config")
		}
	}
	return file
}

func (f awsFile) name() string {
	if f.path == "" {
		return "the shared credentials file"
	}
	return "profile " + f.profile + " of " + f.path
}

func (f awsFile) keys() (awsKeys, time.Time, error) {
	profile, err := readINI(f.path, f.profile)
	if err != nil {
		return awsKeys{}, time.Time{}, &storeError{message: f.name() + ": " + oneLine(err.Error()), cause: err}
	}
	id, secret := profile["aws_access_key_id"], profile["aws_secret_access_key"]
	if id != "" && secret != "" {
		return awsKeys{id, secret, profile["aws_session_token"], "keys from " + f.name()}, time.Time{}, nil
	}
	if profile == nil && !f.isChosen {
		return awsKeys{}, time.Time{}, elsewhere("not there")
	}
	if profile == nil {
		if config, _ := readINI(f.config, f.profile, "profile "+f.profile); config == nil {
			return awsKeys{}, time.Time{}, &storeError{message: "AWS_PROFILE: there is no " + f.name()}
		}
	}
	if f.isChosen {
		return awsKeys{}, time.Time{}, &storeError{message: f.name() + " has no keys in it; roles, single sign-on and credential processes are not read here"}
	}
	return awsKeys{}, time.Time{}, elsewhere("no keys in it")
}

// region is the profile's, if it has one.
func (f awsFile) region() string {
	profile, _ := readINI(f.config, f.profile, "profile "+f.profile)
	return profile["region"]
}

// readINI reads a section by any of its names; nil where there is no such file or section.
func readINI(path string, names ...string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var section map[string]string
	inside := false
	for line := range strings.SplitSeq(string(content), "\n") {
		// What is indented belongs to a setting of several lines, which none of those read here is.
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			continue
		}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if head, isHead := strings.CutPrefix(line, "["); isHead {
			head, _, _ = strings.Cut(head, "]")
			inside = false
			for _, name := range names {
				inside = inside || strings.Join(strings.Fields(head), " ") == name
			}
			if inside && section == nil {
				section = map[string]string{}
			}
			continue
		}
		if name, value, isSetting := strings.Cut(line, "="); inside && isSetting {
			section[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		}
	}
	return section, nil
}
