// Sends a text through the emulator. Run by hand with SDK 1.30.9 and Go 1.19 on 2026-12-01.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

type localTwilio struct{}

func (localTwilio) RoundTrip(request *http.Request) (*http.Response, error) {
	local := request.Clone(request.Context())
	local.URL.Scheme, local.URL.Host, local.Host = "http", "127.0.0.1:7072", ""
	return http.DefaultTransport.RoundTrip(local)
}

func main() {
	sid, token := "AC00000000000000000000000000000000", "00000000000000000000000000000000"
	base := &client.Client{
		Credentials: client.NewCredentials(sid, token),
		HTTPClient:  &http.Client{Transport: localTwilio{}},
	}
	base.SetAccountSid(sid)
	rest := twilio.NewRestClientWithParams(twilio.ClientParams{Client: base})

	text := &api.CreateMessageParams{}
	text.SetTo("+12025550123").SetFrom("+12025550100").SetBody("Hello")
	sent, err := rest.Api.CreateMessage(text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*sent.Sid)
}
