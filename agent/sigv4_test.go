package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The examples of Amazon's own documentation: its Signature Version 4 test suite, and "Signature Calculations for the
// Authorization Header" of S3.
func TestSignaturesAreThoseThatAmazonPublished(t *testing.T) {
	suite := awsKeys{id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	s3 := awsKeys{id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	const welcome = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
	for name, each := range map[string]struct {
		method, url string
		header      http.Header
		keys        awsKeys
		service     string
		payload     string
		now         string
		want        string
	}{
		"get-vanilla": {
			"GET", "https://example.amazonaws.com/", http.Header{}, suite, "service", nothing, "20150830T123600Z",
			"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
		},
		"get-vanilla-query-order-key-case": {
			"GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", http.Header{}, suite, "service", nothing, "20150830T123600Z",
			"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
		},
		"GET Object": {
			"GET", "https://examplebucket.s3.amazonaws.com/test.txt",
			http.Header{"Range": {"bytes=0-9"}, "X-Amz-Content-Sha256": {nothing}}, s3, "s3", nothing, "20130524T000000Z",
			"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		},
		"PUT Object": {
			"PUT", "https://examplebucket.s3.amazonaws.com/test%24file.text",
			http.Header{"Date": {"Fri, 24 May 2013 00:00:00 GMT"}, "X-Amz-Storage-Class": {"REDUCED_REDUNDANCY"}, "X-Amz-Content-Sha256": {welcome}},
			s3, "s3", welcome, "20130524T000000Z",
			"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
		},
		"GET Bucket Lifecycle": {
			"GET", "https://examplebucket.s3.amazonaws.com?lifecycle", http.Header{"X-Amz-Content-Sha256": {nothing}}, s3, "s3", nothing, "20130524T000000Z",
			"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		},
		"GET Bucket (List Objects)": {
			"GET", "https://examplebucket.s3.amazonaws.com?max-keys=2&prefix=J", http.Header{"X-Amz-Content-Sha256": {nothing}}, s3, "s3", nothing, "20130524T000000Z",
			"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
		},
	} {
		t.Run(name, func(t *testing.T) {
			place, err := url.Parse(each.url)
			if err != nil {
				t.Fatal(err)
			}
			now, err := time.Parse("20060102T150405Z", each.now)
			if err != nil {
				t.Fatal(err)
			}
			signV4(each.method, place, each.header, each.keys, sigv4Scope{"us-east-1", each.service}, each.payload, now)
			if _, got, _ := strings.Cut(each.header.Get("Authorization"), "Signature="); got != each.want {
				t.Errorf("%s", each.header.Get("Authorization"))
			}
		})
	}
}
