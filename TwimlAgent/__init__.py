"""GET or POST /api/TwimlAgent?Name=...: take the next caller in a queue. Signed by Twilio."""

from twilio.twiml import TwiML

from shared.answers.agent import Agent, agent
from shared.endpoints import answer
from shared.webhooks.verifier import Webhook


@answer
async def main(req: Webhook) -> TwiML:
    """Connect the agent who calls with the caller who has waited longest."""
    return agent(Agent.from_query(req.query), req)
