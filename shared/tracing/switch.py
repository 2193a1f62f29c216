"""The switch: use the parts that make spans if OpenTelemetry is installed.

Only imported if the setting PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY turns traces on.
"""

import logging

log = logging.getLogger(__name__)


def traced[Part](part: type[Part]) -> type[Part]:
    """Return the subclass of Outbox or Reports that makes spans.

    Without OpenTelemetry, log a warning and return the part itself.
    """
    try:
        from shared.tracing import spans
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        log.warning(
            "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY is on, but OpenTelemetry isn't in the "
            "package, so there are no traces. Package the app with OPENTELEMETRY=true."
        )
        return part
    return spans.traced(part)
