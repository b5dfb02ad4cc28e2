package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// goldenTypes are the Go types of the messages, by schema.
var goldenTypes = map[string]func() any{
	"hello":           func() any { return new(hello) },
	"process-spec":    func() any { return new(processSpec) },
	"process-started": func() any { return new(startedMessage) },
	"process-exit":    func() any { return new(processExit) },
	"process-signal":  func() any { return new(signalRequest) },
	"process-resize":  func() any { return new(terminalSize) },
	"error":           func() any { return new(failure) },
	"file":            func() any { return new(fileDetails) },
	"files-put":       func() any { return new(extractAnswer) },
	"relay":           func() any { return new(relayMessage) },
	"probe":           func() any { return new(probeSpec) },
	"probe-answer":    func() any { return new(probeAnswer) },
}

func goldenFiles(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../protocol", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return files
}

func schemaOf(goldenPath string) string {
	name, _, _ := strings.Cut(filepath.Base(goldenPath), ".")
	return name
}

func TestGoldenMessagesAreDecodedAndEncodedAsTheyAre(t *testing.T) {
	for _, path := range goldenFiles(t, "golden/*.json") {
		golden := mustRead(t, path)
		made, known := goldenTypes[schemaOf(path)]
		if !known {
			t.Errorf("%s has no type", path)
			continue
		}
		message := made()
		decoder := json.NewDecoder(bytes.NewReader(golden))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(message); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		encoded, err := json.Marshal(message)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		want, got := anyJSON(t, golden), anyJSON(t, encoded)
		if schemaOf(path) == "probe" {
			// The agent only ever receives these.
			got = onlyKeysOf(want, got)
		}
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%s is encoded as %s", path, encoded)
		}
	}
}

func TestGoldenMessagesFitTheirSchemas(t *testing.T) {
	for _, path := range goldenFiles(t, "golden/*.json") {
		var schema schemaNode
		if err := json.Unmarshal(mustRead(t, "../protocol/schema/"+schemaOf(path)+".json"), &schema); err != nil {
			t.Fatal(err)
		}
		schema.check(t, path, anyJSON(t, mustRead(t, path)))
	}
}

func TestEverySchemaHasAGoldenMessage(t *testing.T) {
	for _, path := range goldenFiles(t, "schema/*.json") {
		goldenFiles(t, "golden/"+strings.TrimSuffix(filepath.Base(path), ".json")+"*.json")
	}
}

// schemaNode is as much of JSON Schema as protocol/schema uses.
type schemaNode struct {
	Type                 any                   `json:"type"`
	Properties           map[string]schemaNode `json:"properties"`
	AdditionalProperties *schemaNode           `json:"additionalProperties"`
	Required             []string              `json:"required"`
	Items                *schemaNode           `json:"items"`
	Enum                 []any                 `json:"enum"`
	Minimum              *float64              `json:"minimum"`
	Maximum              *float64              `json:"maximum"`
	MinItems             int                   `json:"minItems"`
}

func (s schemaNode) check(t *testing.T, where string, value any) {
	t.Helper()
	kind := map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "integer",
		reflect.Slice: "array", reflect.Map: "object", reflect.Invalid: "null"}[reflect.ValueOf(value).Kind()]
	if allowed, several := s.Type.([]any); s.Type != nil && s.Type != kind && !(several && contains(allowed, kind)) {
		t.Errorf("%s: is of type %s, not %v", where, kind, s.Type)
	}
	if len(s.Enum) > 0 && !contains(s.Enum, value) {
		t.Errorf("%s: %v is not one of %v", where, value, s.Enum)
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, has := value[name]; !has {
				t.Errorf("%s: %s is missing", where, name)
			}
		}
		for name, field := range value {
			property, known := s.Properties[name]
			if !known && s.AdditionalProperties != nil {
				property, known = *s.AdditionalProperties, true
			}
			if !known {
				t.Errorf("%s: %s is not in the schema", where, name)
				continue
			}
			property.check(t, where+"."+name, field)
		}
	case []any:
		if len(value) < s.MinItems {
			t.Errorf("%s: only %d items", where, len(value))
		}
		for _, item := range value {
			s.Items.check(t, where+"[]", item)
		}
	case float64:
		if (s.Minimum != nil && value < *s.Minimum) || (s.Maximum != nil && value > *s.Maximum) {
			t.Errorf("%s: %v is out of range", where, value)
		}
	}
}

type goldenStream struct {
	Note   string `json:"note"`
	From   string `json:"from"`
	Hex    string `json:"hex"`
	Broken bool   `json:"broken"`
	Frames []struct {
		Kind       frameKind       `json:"kind"`
		Name       string          `json:"name"`
		Sequence   uint32          `json:"sequence"`
		Payload    json.RawMessage `json:"payload"`
		PayloadHex *string         `json:"payloadHex"`
	} `json:"frames"`
}

func TestGoldenFramesAreDecodedAndEncodedAsTheyAre(t *testing.T) {
	for _, path := range goldenFiles(t, "golden/frames/*.json") {
		var golden goldenStream
		if err := json.Unmarshal(mustRead(t, path), &golden); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		raw, err := hex.DecodeString(golden.Hex)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		frames, err := decodeAll(raw)
		if golden.Broken {
			if !isProtocolError(err) {
				t.Errorf("%s is not refused: %v", path, err)
			}
			continue
		}
		if err != io.EOF || len(frames) != len(golden.Frames) {
			t.Fatalf("%s: %d frames, then %v", path, len(frames), err)
		}
		var encoded bytes.Buffer
		out := &frameWriter{sink: &encoded, flush: func() {}}
		for i, want := range golden.Frames {
			payload := frames[i].payload
			if frames[i].kind != want.Kind || want.Sequence != uint32(i+1) {
				t.Errorf("%s: frame %d is of kind %d", path, i+1, frames[i].kind)
			}
			if want.PayloadHex != nil && hex.EncodeToString(payload) != *want.PayloadHex {
				t.Errorf("%s: frame %d carries %x", path, i+1, payload)
			}
			if want.PayloadHex == nil && !reflect.DeepEqual(anyJSON(t, want.Payload), anyJSON(t, payload)) {
				t.Errorf("%s: frame %d carries %s", path, i+1, payload)
			}
			if err := out.send(want.Kind, payload); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(encoded.Bytes(), raw) {
			t.Errorf("%s is encoded as %x", path, encoded.Bytes())
		}
	}
}

func decodeAll(raw []byte) (frames []frame, err error) {
	reader := newFrameReader(bytes.NewReader(raw), frameSpec, frameStdin, frameStdinEnd, frameSignal, frameResize,
		frameStarted, frameStdout, frameStderr, frameExit, frameFailed, frameData, frameDataEnd)
	for {
		next, err := reader.next()
		if err != nil {
			return frames, err
		}
		frames = append(frames, next)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func anyJSON(t *testing.T, raw []byte) (value any) {
	t.Helper()
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	return value
}

func onlyKeysOf(want, got any) any {
	kept := map[string]any{}
	for name := range want.(map[string]any) {
		kept[name] = got.(map[string]any)[name]
	}
	return kept
}

func contains(list []any, value any) bool {
	for _, item := range list {
		if item == value {
			return true
		}
	}
	return false
}
