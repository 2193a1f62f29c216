"""Send one text, however many requests that takes. Copy this into your program.

To try it while `python3 dev.py start` runs: .venv/bin/python docs/use/send_once.py
"""

import time

import requests

SEND_SMS = "http://127.0.0.1:7071/api/SendSms"
FUNCTION_KEY = "local"


def send_once(key: str, to: str, body: str, patience_s: float = 600) -> str:
    """Send one text and return its SID.

    Raises ValueError if it can't be sent, and TimeoutError if that isn't known after `patience_s`
    seconds; then call it again later with the same key.
    """
    headers = {"x-functions-key": FUNCTION_KEY, "Idempotency-Key": key}
    give_up_at = time.monotonic() + patience_s
    while True:
        wait_s = 5.0
        try:
            answer = requests.post(
                SEND_SMS, json={"to": to, "body": body}, headers=headers, timeout=90
            )
        except requests.RequestException as error:
            outcome = str(error)  # It may have been sent; the key makes it safe to ask again.
        else:
            if answer.status_code == 201:
                return answer.json()["sid"]
            outcome = f"{answer.status_code} {answer.text}"
            if answer.status_code < 500 and answer.status_code not in (409, 429):
                raise ValueError(f"{key} cannot be sent: {outcome}")
            wait_s = float(answer.headers.get("Retry-After", wait_s))
        if time.monotonic() + wait_s > give_up_at:
            raise TimeoutError(f"{key} is not settled: {outcome}")
        time.sleep(wait_s)


if __name__ == "__main__":
    print(send_once("order-1235-shipped", "+12025550123", "Your order is on its way, too."))
