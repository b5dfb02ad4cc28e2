package main

import "debug/buildinfo"

// buildSetting is what a Go program says of how it was built; empty when it does not, or is no Go program.
func buildSetting(word, key string) string {
	path, _, err := findApp(word)
	if err != nil {
		return ""
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return ""
	}
	for _, setting := range info.Settings {
		if setting.Key == key {
			return setting.Value
		}
	}
	return ""
}
