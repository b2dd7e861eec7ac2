# Read by nginx's auto/make, when all include folders are known: plans the CMake build of our archives with exactly those
# folders, and makes the module depend on it. `make modules` asks CMake each time what has changed.

docket_includes=
for docket_path in $CORE_INCS $NGX_OBJS $HTTP_INCS
do
    case "$docket_path" in
        /*) ;;
        *)  docket_path=`pwd`/$docket_path ;;
    esac
    docket_includes="${docket_includes:+$docket_includes;}$docket_path"
done

# What the operator tells the compiler about the target and by macros concerns our objects, too.
docket_cflags=
for docket_option in $NGX_CC_OPT
do
    case "$docket_option" in
        -D* | -U* | -m*) docket_cflags="${docket_cflags:+$docket_cflags;}$docket_option" ;;
    esac
done

# The plan of another folder, there since this or nginx's source was moved, is none.
docket_cache=$docket_build/CMakeCache.txt
if [ -f "$docket_cache" ] \
    && ! { grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$docket_root/src" "$docket_cache" \
           && grep -qx "CMAKE_CACHEFILE_DIR:INTERNAL=$docket_build" "$docket_cache"; }
then
    rm -rf "$docket_cache" "$docket_build/CMakeFiles"
fi

docket_generator=
if [ ! -f "$docket_cache" ] && ninja --version > /dev/null 2>&1; then
    docket_generator="-G Ninja"
fi

echo "planning the build of ngx_http_docket_module in $docket_build"
if cmake -S "$docket_root/src" -B "$docket_build" $docket_generator -DDOCKET_ENGINE=OFF \
    "-DDOCKET_NGINX_INCLUDES=$docket_includes" "-DDOCKET_NGINX_CFLAGS=$docket_cflags" $DOCKET_CMAKE_ARGS \
    > "$docket_objs/docket_cmake.log" 2>&1
then
    :
else
    cat "$docket_objs/docket_cmake.log" >&2
    docket_refuse "CMake could not plan the build; its words stand above"
fi

cat << END                                                    >> $NGX_MAKEFILE

.PHONY:	docket_archives
docket_archives:
	+cmake --build $docket_build --target docket_nginx

$docket_archives:	docket_archives
	@:

$NGX_OBJS${ngx_dirsep}ngx_http_docket_module$ngx_modext:	$docket_archives

END
