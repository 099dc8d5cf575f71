"""Serves Hive's metastore protocol to one JVM, from a thread of the job's own process.

Closed to everybody else: anyone on this machine can connect to a port of 127.0.0.1, and who did
would act with the job's credentials. So a connection counts only when its other end is a socket
that the run's own JVM holds.
"""

import logging
import socket
import threading

import psutil
from thriftpy2.protocol.cybin import TCyBinaryProtocol
from thriftpy2.transport import TSocket, TTransportException
from thriftpy2.transport.buffered import TCyBufferedTransport

from .protocol import Processor, hive
from .service import Metastore

log = logging.getLogger(__name__)


class Bridge:
    """A listening socket; its connections are served until their JVM closes them."""

    def __init__(self, metastore: Metastore, jvm: int) -> None:
        self._processor = Processor(hive.ThriftHiveMetastore, metastore)
        self._jvm = jvm
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, name="metastore", daemon=True).start()

    @property
    def uri(self) -> str:
        """As `hive.metastore.uris` takes it."""
        return f"thrift://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:
                return  # closed
            if self._is_ours(peer[1]):
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
            else:
                log.warning("A process that is not this run's JVM asked the metastore: refused")
                connection.close()

    def _is_ours(self, port: int) -> bool:
        try:
            connections = psutil.Process(self._jvm).net_connections("tcp")
        except psutil.Error:
            return False
        own = self._listener.getsockname()[1]
        return any(
            connection.laddr.port == port and connection.raddr and connection.raddr.port == own
            for connection in connections
        )

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end = TSocket()
        end.set_handle(connection)
        protocol = TCyBinaryProtocol(TCyBufferedTransport(end))
        try:
            while True:
                self._processor.process(protocol, protocol)
        except (TTransportException, OSError):
            pass  # the JVM closed it
        except Exception:
            log.exception("The metastore's connection broke")
        finally:
            end.close()
