"""An RTSP camera of GStreamer; run by the system's Python, which has its bindings.

Takes the file of a certificate with its key where it is to be encrypted. Prints its port. Reads
lines: "stop" takes the camera away, "start" brings it back, end of input ends.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = (
    "( videotestsrc is-live=true pattern=smpte100 ! video/x-raw,width=320,height=240,framerate=25/1"
    " ! x264enc tune=zerolatency key-int-max=25 speed-preset=ultrafast"
    " ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)


def encrypt(server, factory, certificate):
    auth, anybody = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(certificate))
    anybody.set_string("media.factory.role", "anybody")
    auth.set_default_token(anybody)
    may = "anybody, media.factory.access=true, media.factory.construct=true"
    factory.add_role_from_structure(Gst.Structure.new_from_string(may))
    server.set_auth(auth)


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
    if len(sys.argv) > 1:
        encrypt(server, factory, sys.argv[1])
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
