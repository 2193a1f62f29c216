<?php
// Sends a text through the emulator. Run by hand with SDK 8.12.0 and PHP 8.2 on 2026-12-01.

require __DIR__ . '/vendor/autoload.php';

class LocalTwilio extends Twilio\Http\CurlClient {
    public function request(string $method, string $url, ...$rest): Twilio\Http\Response {
        $url = preg_replace('#^https://[^/]+#', 'http://127.0.0.1:7072', $url);
        return parent::request($method, $url, ...$rest);
    }
}

$sid = 'AC00000000000000000000000000000000';
$token = '00000000000000000000000000000000';
$client = new Twilio\Rest\Client($sid, $token, null, null, new LocalTwilio());

$text = $client->messages->create('+12025550123', ['from' => '+12025550100', 'body' => 'Hello']);
echo $text->sid, "\n";
