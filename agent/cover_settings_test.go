package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func readSettings(args []string, env map[string]string) (coverSettings, []string, error) {
	return readCoverSettings(args, func(name string) string { return env[name] })
}

func TestProgramIsFoundBehindTheFlags(t *testing.T) {
	for _, c := range []struct {
		args, argv []string
		complaints int
		err        error
	}{
		{[]string{"--", "app"}, []string{"app"}, 0, nil},
		{[]string{"--to", "x", "--", "app", "--to", "y"}, []string{"app", "--to", "y"}, 0, nil},
		{[]string{"--to", "x", "app", "--", "b"}, []string{"app", "--", "b"}, 0, nil},
		{[]string{"app", "a"}, []string{"app", "a"}, 0, nil},
		{[]string{"--to", "--", "app"}, []string{"app"}, 1, nil},
		{[]string{"--nonsense", "x", "--to", "y", "--budget=soon", "--", "app", "a"}, []string{"app", "a"}, 2, nil},
		{[]string{"--nonsense", "app"}, nil, 1, errNoApp},
		{[]string{"--to", "x"}, nil, 0, errNoApp},
		{[]string{"--to", "x", "--"}, nil, 0, errNoApp},
		{[]string{"--", ""}, nil, 0, errNoApp},
		{nil, nil, 0, errNoApp},
		{[]string{"--watch", "/x"}, nil, 0, nil},
		{[]string{"--nonsense", "--watch", "/x"}, nil, 1, nil},
		{[]string{"--watch", "/x", "--", "app"}, []string{"app"}, 1, nil},
		{[]string{"--help"}, nil, 0, errHelp},
		{[]string{"-h", "--", "app"}, nil, 0, errHelp},
	} {
		s, complaints, err := readSettings(c.args, nil)
		if !errors.Is(err, c.err) || len(complaints) != c.complaints || (err == nil && !slices.Equal(s.argv, c.argv)) {
			t.Errorf("%q: %q, %q, %v", c.args, s.argv, complaints, err)
		}
	}
}

func TestFlagsCountMoreThanTheEnvironment(t *testing.T) {
	env := map[string]string{
		"SEATRIAL_COVER_TO": "s3://b/p", "SEATRIAL_COVER_RUN": "r", "SEATRIAL_COVER_LANGUAGES": "node,go,node", "SEATRIAL_COVER_BUDGET": "20s",
		"SEATRIAL_COVER_SHARE": "50%", "SEATRIAL_COVER_JAVA_AGENT": "/j.jar", "SEATRIAL_COVER_FLUSH": "0",
	}
	s, complaints, err := readSettings([]string{"--run", "mine", "--budget=5s", "--", "app"}, env)
	want := coverSettings{
		to: "s3://b/p", run: "mine", languages: []string{"go", "node"}, nodeHook: true, budget: 5 * time.Second, share: 0.5, javaAgent: "/j.jar", argv: []string{"app"},
	}
	if err != nil || len(complaints) > 0 || !reflect.DeepEqual(s, want) {
		t.Errorf("%+v, %q, %v", s, complaints, err)
	}
}

func TestDefaultsAreThoseOfTheUsage(t *testing.T) {
	s, _, _ := readSettings([]string{"app"}, nil)
	want := coverSettings{run: "default", languages: []string{"go"}, nodeHook: true, budget: 10 * time.Second, share: 0.6, argv: []string{"app"}}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v", s)
	}
	for _, words := range []string{"Default: default\n", "Default: go\n", "Default: 10s,", "Default: 60%"} {
		if !strings.Contains(coverUsage, words) {
			t.Errorf("the usage does not say %q", words)
		}
	}
	for name := range strings.FieldsSeq("to run service instance source commit languages java-agent folder flush budget share summary watch help") {
		if !strings.Contains(coverUsage, "\n  --"+name+" ") {
			t.Errorf("the usage does not have --%s", name)
		}
	}
}

func TestGoldenUnitsAreDecodedAndEncodedAsTheyAre(t *testing.T) {
	var schema schemaNode
	if err := json.Unmarshal(mustRead(t, "../protocol/schema/coverage/unit.json"), &schema); err != nil {
		t.Fatal(err)
	}
	for _, path := range goldenFiles(t, "golden/coverage/unit.*.json") {
		golden := mustRead(t, path)
		var unit unitManifest
		decoder := json.NewDecoder(bytes.NewReader(golden))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&unit); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		encoded, err := json.Marshal(unit)
		if err != nil || !reflect.DeepEqual(anyJSON(t, golden), anyJSON(t, encoded)) {
			t.Errorf("%s is encoded as %s: %v", path, encoded, err)
		}
		schema.check(t, path, anyJSON(t, encoded))
	}
}

func TestManifestsThatAreSentFitTheSchema(t *testing.T) {
	var schema schemaNode
	if err := json.Unmarshal(mustRead(t, "../protocol/schema/coverage/unit.json"), &schema); err != nil {
		t.Fatal(err)
	}
	u := runCover(t, coverCase{flags: []string{"--source", "api", "--commit", "abc"}, argv: []string{covered(t), "panic"}})
	unit, manifest := u.arrived()
	if manifest.Source != "api" || manifest.Commit != "abc" || manifest.Service != "covered" || manifest.Run != "r1" || manifest.Instance != "i1" {
		t.Errorf("%+v", manifest)
	}
	if !strings.HasSuffix(unit, "/"+manifest.key()) {
		t.Errorf("%s is not where %s belongs", unit, manifest.key())
	}
	schema.check(t, unit, anyJSON(t, mustRead(t, unit+"/manifest.json")))
}
