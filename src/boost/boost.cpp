// The definitions that separate compilation of Asio and Beast asks one file to hold.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
