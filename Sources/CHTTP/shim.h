#include <microhttpd.h>
#include <stdint.h>

// What Swift cannot call or name: functions with a variable number of arguments, and macros.

struct http_settings {
  int socket;
  unsigned connections;
  unsigned idle_seconds;
  size_t connection_bytes;
};

typedef void *(*http_line_callback)(void *cls, const char *uri, struct MHD_Connection *connection);

static inline struct MHD_Daemon *http_start(
    struct http_settings settings, void *cls, MHD_AccessHandlerCallback on_request,
    MHD_RequestCompletedCallback on_completed, MHD_NotifyConnectionCallback on_connection,
    http_line_callback on_line) {
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, cls,
      MHD_OPTION_LISTEN_SOCKET, settings.socket, MHD_OPTION_CONNECTION_LIMIT, settings.connections,
      MHD_OPTION_CONNECTION_TIMEOUT, settings.idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      settings.connection_bytes, MHD_OPTION_NOTIFY_COMPLETED, on_completed, cls,
      MHD_OPTION_NOTIFY_CONNECTION, on_connection, cls, MHD_OPTION_URI_LOG_CALLBACK, on_line, cls,
      MHD_OPTION_END);
}

static inline int http_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline void *http_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

static const uint64_t http_size_unknown = MHD_SIZE_UNKNOWN;
static const ssize_t http_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t http_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
