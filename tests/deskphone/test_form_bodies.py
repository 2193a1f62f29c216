"""How forms are written in the bodies of webhooks."""

from tests.deskphone.in_process import World, in_process


def test_blanks_are_written_as_in_recorded_requests() -> None:
    async def use(world: World) -> None:
        report = f"{world.app_url}/report"
        sid = await world.call(
            f"<Record transcribe='true' transcribeCallback='{report}' "
            f"recordingStatusCallback='{report}' action='/done'/>",
            StatusCallback=f"{world.app_url}/call",
        )
        await world.pick_up(sid)
        world.emulator.network.exchange.speak(sid, "Two words", final=True)
        await world.clock.advance(5)
        world.emulator.network.exchange.hang_up(sid)
        await world.clock.advance(1)

        sent = dict(zip(world.asked, world.bodies, strict=True))
        reports = [
            body for path, body in zip(world.asked, world.bodies, strict=True) if path == "/report"
        ]
        assert len(reports) == 2
        assert all("%20" in body and "+" not in body for body in reports)
        assert "+" in sent["/call"]
        assert "%20" not in sent["/call"]

    in_process(use)
