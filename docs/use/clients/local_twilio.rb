# Sends a text through the emulator. Run by hand with SDK 7.11.1 and Ruby 3.1 on 2026-12-01.

require 'twilio-ruby'

class LocalTwilio < Twilio::HTTP::Client
  def request(host, port, method, url, *rest)
    super(host, port, method, url.sub(%r{\Ahttps://[^/]+}, 'http://127.0.0.1:7072'), *rest)
  end
end

sid = 'AC00000000000000000000000000000000'
token = '00000000000000000000000000000000'
client = Twilio::REST::Client.new(sid, token, nil, nil, LocalTwilio.new)

text = client.messages.create(to: '+12025550123', from: '+12025550100', body: 'Hello')
puts text.sid
