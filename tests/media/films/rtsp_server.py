"""An RTSP camera of GStreamer; run by the system's Python, which has its bindings.

Prints its port. Reads lines: "stop" takes the camera away, "start" brings it back, end of input
ends.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = (
    "( videotestsrc is-live=true pattern=smpte100 ! video/x-raw,width=320,height=240,framerate=25/1"
    " ! x264enc tune=zerolatency key-int-max=25 speed-preset=ultrafast"
    " ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)


def main():
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    mounts = server.get_mount_points()
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE)
    factory.set_shared(True)
    mounts.add_factory("/door", factory)
    server.attach(None)
    loop = GLib.MainLoop()

    def stop():
        mounts.remove_factory("/door")
        server.client_filter(lambda *_: GstRtspServer.RTSPFilterResult.REMOVE)

    def obey():
        for line in sys.stdin:
            order = line.strip()
            if order == "stop":
                GLib.idle_add(stop)
            if order == "start":
                GLib.idle_add(mounts.add_factory, "/door", factory)
        loop.quit()

    threading.Thread(target=obey, daemon=True).start()
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    loop.run()


main()
