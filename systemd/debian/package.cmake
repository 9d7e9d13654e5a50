# The Debian package: `cpack -G DEB` in a build folder whose programs are built.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME refundd)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# refundd has no public address; example.org is nobody's (RFC 2606).
set(CPACK_PACKAGE_CONTACT "refundd maintainers <refundd@example.org>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "daemon that receives and keeps refund webhooks")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Payment companies (Omise, PAY.JP) tell the outcome of refunds by webhook: out
of order, twice, late, or never. refundd receives these webhooks over HTTPS,
proves who sent them, and writes what happened to each refund into PostgreSQL,
with an audit trail that shows tampering. It tells the customer, the support
desk and finance what they must know.
.
refundctl is the operators' command.")

# Libraries by dpkg-shlibdeps. systemd makes the user and the folders, and runs the daemon;
# procps has the kill of its ExecReload=.
# ca-certificates: what mail servers and ticket systems show is checked against them. The database
# may be on another machine.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd, procps")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql (>= 15), logrotate, bash-completion")

set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# The list of conffiles is made of what the package has below /etc.
set(REFUNDD_CONFFILES ${CMAKE_CURRENT_BINARY_DIR}/conffiles)
configure_file(${CMAKE_CURRENT_LIST_DIR}/list_conffiles.cmake.in list_conffiles.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_BINARY_DIR}/list_conffiles.cmake)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${REFUNDD_CONFFILES}
  ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm
  ${CMAKE_CURRENT_LIST_DIR}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# The changelog is written by hand: it must know this version.
set(version ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/changelog newest LIMIT_COUNT 1)
string(FIND "${newest}" "refundd (${version}) " found)
if(NOT found EQUAL 0)
  message(FATAL_ERROR "systemd/debian/changelog begins with \"${newest}\", not with ${version}")
endif()

include(CPack)
