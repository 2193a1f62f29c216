"""TwiML as Twilio reads it: documents, their values, and what is covered."""
