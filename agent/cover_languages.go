package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// coverLanguage says how programs of a language are told to leave profiles, and which files are profiles.
type coverLanguage struct {
	// variables are given to the program; folder is the language's own.
	variables func(folder string, s coverSettings, getenv func(string) string) map[string]string
	// isProfile tells finished profiles from what is still being written, by name.
	isProfile func(name string) bool
	// build is what to try when there are no profiles at all.
	build string
}

var goProfile = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(covmeta\.[0-9a-f]{32}|covcounters\.[0-9a-f]{32}\.\d+\.\d+)$`)
})

// coverLanguages by name, which is also the folder of their profiles in a unit.
var coverLanguages = map[string]coverLanguage{
	"go": {
		variables: oneVariable("GOCOVERDIR", ""),
		isProfile: func(name string) bool { return goProfile().MatchString(name) },
		build:     "Build it with go build -cover.",
	},
	"python": {
		variables: oneVariable("COVERAGE_FILE", ".coverage"),
		isProfile: func(name string) bool {
			return strings.HasPrefix(name, ".coverage") && !strings.HasSuffix(name, "-journal") && !strings.HasSuffix(name, "-wal")
		},
		build: "Start it with coverage run, and let coverage.py handle SIGTERM (sigterm = true).",
	},
	"node": {
		variables: nodeVariables,
		isProfile: hasExtension(".json"),
		build:     "Let it end by itself or by SIGTERM: Node writes no profiles when it is killed.",
	},
	"llvm": {
		variables: oneVariable("LLVM_PROFILE_FILE", "%p-%m.profraw"),
		isProfile: hasExtension(".profraw"),
		build:     "Build it with -C instrument-coverage, or -fprofile-instr-generate -fcoverage-mapping, and let it return on SIGTERM.",
	},
	"java": {
		variables: func(folder string, s coverSettings, getenv func(string) string) map[string]string {
			if s.javaAgent == "" {
				return nil
			}
			option := "-javaagent:" + s.javaAgent + "=destfile=" + filepath.Join(folder, "jacoco.exec")
			return map[string]string{"JAVA_TOOL_OPTIONS": strings.TrimSpace(getenv("JAVA_TOOL_OPTIONS") + " " + option)}
		},
		isProfile: hasExtension(".exec"),
		build:     "Name JaCoCo's agent with --java-agent.",
	},
}

func languageNames() []string { return []string{"go", "python", "node", "llvm", "java"} }

func oneVariable(name, file string) func(string, coverSettings, func(string) string) map[string]string {
	return func(folder string, _ coverSettings, _ func(string) string) map[string]string {
		return map[string]string{name: filepath.Join(folder, file)}
	}
}

func hasExtension(extension string) func(string) bool {
	return func(name string) bool { return strings.HasSuffix(name, extension) }
}

// coveredEnvironment is the environment as it is, with the languages' variables.
func coveredEnvironment(environ []string, folder string, s coverSettings, getenv func(string) string) []string {
	env := slices.Clone(environ)
	for _, name := range s.languages {
		for variable, value := range coverLanguages[name].variables(filepath.Join(folder, name), s, getenv) {
			env = slices.DeleteFunc(env, func(entry string) bool { return strings.HasPrefix(entry, variable+"=") })
			env = append(env, variable+"="+value)
		}
	}
	return env
}
