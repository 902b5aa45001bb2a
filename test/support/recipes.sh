#!/usr/bin/env bash
# Real network namespaces as shell functions: each fills $N (the container's) and $P (its peer), which the
# caller has made. Link-layer addresses are fixed, so that IPv6 link-local addresses are the same every time;
# duplicate address detection is off but where a recipe is about it, so that nothing is tentative. The peer's links have
# numbers of their own: of a link with the number of its peer the kernel tells the carrier up to a second later, and does
# so one at a time for all namespaces (linkwatch_urgent_event, net/core/link_watch.c).

no_dad(){
 local netns
 for netns in $N $P; do ip netns exec $netns sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; done; }
# Runs a test again and again until it is true, for a minute at most: the kernel does some things a moment later.
await(){ local i; for ((i = 0; i < 1200; i++)); do if eval "$1"; then return 0; fi; sleep 0.05; done; echo "never true in $N: $1" >&2; return 1; }
# What the kernel has still to do in a namespace, a line each: `carrier LINK` of one that is up, `link-local LINK` of
# one with carrier, `address ADDRESS` of such a link that is tentative or has no route of its own yet.
pending(){
 { ip -n $1 -o link show up; ip -n $1 -6 -d route show table local; ip -n $1 -6 -o addr show; echo end; } | awk '
  /^[0-9]+: [^ ]+: </ { split($2, name, "[@:]"); if (/NO-CARRIER/) print "carrier " name[1]; else carrier[name[1]] = /LOOPBACK/ ? "" : "wants"; next }
  $1 == "local" { own[$2 " " $4]; next }
  $3 == "inet6" && ($2 in carrier) {
   if (/scope link/) carrier[$2] = ""
   split($4, address, "/")
   if (!/dadfailed/ && (/tentative/ || !((address[1] " " $2) in own))) print "address " $4 }
  $1 == "end" { for (link in carrier) if (carrier[link]) print "link-local " link }'; }
# The same, without the link-local addresses of links that take no IPv6.
unsettled(){
 local what which
 pending $1 | while read -r what which; do
  [ "$what" = link-local ] && ip netns exec $1 grep -qx 1 "/proc/sys/net/ipv6/conf/$which/disable_ipv6" || echo "$what $which"
 done; }
# Both ends: the kernel tells one of them later, and a test compares the peer, too.
settle(){ local netns; for netns in $N $P; do await "[ -z \"\$(unsettled $netns)\" ]"; done; }
# After every recipe, so that what is compared later is complete.
at_rest(){ local netns; for netns in $N $P; do await "! [[ \"\$(pending $netns)\" == *address* ]]"; done; }

# eth0 and its peer h0, lo up, 10.0.0.2/24
base(){
 no_dad
 ip -n $P -batch - <<END
link add h0 index 102 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns $N
link set h0 up
addr add 10.0.0.1/24 dev h0
END
 ip -n $N -batch - <<'END'
link set lo up
link set eth0 up
addr add 10.0.0.2/24 dev eth0
END
 settle; }
second(){
 ip -n $P -batch - <<END
link add h1 index 103 address 02:00:00:00:00:11 type veth peer name eth1 address 02:00:00:00:00:12 netns $N
link set h1 up
END
 ip -n $N -batch - <<'END'
link set eth1 up
addr add 10.1.0.2/24 dev eth1
END
 settle; }
c01(){ base; ip -n $N route add default via 10.0.0.1; }
c02(){ base; ip -n $N addr add fd00::2/64 dev eth0 nodad; ip -n $N route add default via 10.0.0.1; ip -n $N -6 route add default via fd00::1; }
c03(){ base; ip -n $N -4 addr flush dev eth0; ip -n $N addr add 192.168.7.9/32 dev eth0; ip -n $N route add 169.254.1.1 dev eth0 scope link; ip -n $N route add default via 169.254.1.1 dev eth0; ip -n $N neigh add 169.254.1.1 lladdr ee:ee:ee:ee:ee:ee dev eth0 nud permanent; }
c04(){ base; ip -n $N route add 10.0.0.1 dev eth0 scope link; ip -n $N route add default via 10.0.0.1 dev eth0 mtu 1450; }
c05(){ base; ip -n $N route add default dev eth0; }
c06(){ base; ip -n $N route add default via 169.254.1.1 dev eth0 onlink; }
c07(){ base; ip -n $N route add default via 10.0.0.1 metric 100; ip -n $N route add default via 10.0.0.254 metric 200; }
c08(){ base; second; ip -n $N route add default via 10.0.0.1 dev eth0 metric 100; ip -n $N route add default via 10.1.0.1 dev eth1 metric 50; }
c09(){ base; second; ip -n $N route add default nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.1.0.1 dev eth1 weight 3; }
c10(){ base; second; ip -n $N route add default via 10.0.0.1; ip -n $N route add 172.16.0.0/12 nexthop via 10.0.0.1 dev eth0 nexthop via 10.1.0.1 dev eth1; ip -n $N addr add fd00::2/64 dev eth0 nodad;  ip -n $N addr add fd01::2/64 dev eth1 nodad; ip -n $N -6 route add 2001:db8::/32 nexthop via fd00::1 dev eth0 nexthop via fd01::1 dev eth1; }
c12(){ base; ip -n $N route add default via 10.0.0.1; ip -n $N route add blackhole 8.8.8.8/32; ip -n $N route add unreachable 198.51.100.0/24; ip -n $N route add prohibit 203.0.113.0/24; ip -n $N route add throw 192.0.2.0/24; ip -n $N -6 route add blackhole 2001:db8:bad::/48; ip -n $N -6 route add unreachable 2001:db8:bee::/48; ip -n $N -6 route add prohibit 2001:db8:bef::/48; }
c13(){ base; second; ip -n $N route add default via 10.0.0.1; ip -n $N route add default via 10.1.0.1 dev eth1 table 100; ip -n $N route add 10.1.0.0/24 dev eth1 table 100; ip -n $N rule add from 10.1.0.2 lookup 100; }
c14(){ base; ip -n $N addr add 10.0.0.3/24 dev eth0; ip -n $N route add default via 10.0.0.1 src 10.0.0.3; }
c15(){ base; ip netns exec $N sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.eth0.promote_secondaries=0; ip -n $N addr add 10.0.0.3/24 dev eth0; ip -n $N addr add 10.0.0.4/24 dev eth0 label eth0:web;  ip -n $N route add default via 10.0.0.1; }
c16(){ base; second;  ip -n $N -4 addr flush dev eth1; ip -n $N addr add 10.9.0.1 peer 10.9.0.2/32 dev eth1; ip -n $N route add default via 10.0.0.1; }
c18(){ base; ip -n $N addr add fd00::2/64 dev eth0 nodad; ip -n $N -6 route add default via fe80::1 dev eth0 proto ra metric 1024 expires 600 pref medium; ip -n $N -6 route add default via fe80::2 dev eth0 proto ra metric 2048 expires 600 pref low; }
c19(){ base; ip -n $N addr add fd00::2/64 dev eth0 nodad; ip -n $N neigh add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent; ip -n $N neigh add fd00::1 lladdr 02:00:00:00:00:06 dev eth0 nud permanent;  ip -n $N neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev eth0 nud reachable; ip -n $N neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev eth0 nud noarp; ip -n $N neigh add proxy 10.0.0.99 dev eth0; ip -n $N route add default via 10.0.0.1; }
c20(){ base; second; ip -n $N link set eth1 down; ip -n $N route add default via 10.0.0.1; }
c22(){ :; }
c23(){ ip -n $N link set lo up; ip -n $N addr add 10.255.0.1/32 dev lo; ip -n $N addr add fd00:1::1/128 dev lo; ip -n $N route add 10.88.0.0/16 dev lo; ip -n $N route add local 192.0.2.0/24 dev lo; }
c24(){ base; ip -n $N addr flush dev eth0; ip -n $N tuntap add dev tun0 mode tun; ip -n $N link set tun0 mtu 1420 addrgenmode none up; ip -n $N addr add fe80::7/64 dev tun0; ip -n $N addr add 10.7.0.2/32 dev tun0; ip -n $N route add default dev tun0; }
c25(){ base; ip -n $N link add br0 address 02:00:00:00:00:20 type bridge; ip -n $N link set br0 up; ip -n $N addr add 10.20.0.1/24 dev br0; ip -n $N link add mv0 link eth0 address 02:00:00:00:00:05 type macvlan mode bridge; ip -n $N link set mv0 up; ip -n $N addr add 10.0.0.5/24 dev mv0; ip -n $N link add vx0 address 02:00:00:00:00:30 type vxlan id 9 dstport 4789 dev eth0; ip -n $N link set vx0 up; ip -n $N addr add 10.30.0.1/24 dev vx0; ip -n $N tuntap add dev tap0 mode tap; ip -n $N link set tap0 address 02:00:00:00:00:40 up; ip -n $N addr add 10.40.0.1/24 dev tap0; ip -n $N link add ifb0 address 02:00:00:00:00:50 type ifb; ip -n $N link set ifb0 up; ip -n $N addr add 10.50.0.1/24 dev ifb0; await "! ip -n $N -6 -o addr show tentative | grep -q ."; }
c26(){ base; second; ip -n $N route add default via 10.0.0.1; ip -n $N route add 172.16.0.0/12 via 10.0.0.1 dev eth0 metric 200; ip -n $N route add 172.16.0.0/12 via 10.1.0.1 dev eth1 metric 50; }
c27(){ base; second; ip -n $N addr add 10.0.0.2/24 dev eth1; ip -n $N route add default via 10.0.0.1 dev eth0; }
c28(){ base; ip -n $N -4 addr flush dev eth0; ip -n $N addr add 172.31.1.100/32 dev eth0; ip -n $N route add 172.31.1.1 dev eth0; ip -n $N route add default via 172.31.1.1; }
c29(){ base; ip -n $P link set h0 down; await "ip -n $N link show eth0 | grep -q \"state DOWN\""; ip -n $N route add default via 10.0.0.1; }
c30(){ base; ip -n $N route add 10.0.0.0/8 via 10.0.0.9; ip -n $N route add 10.128.0.0/9 via 10.0.0.8; ip -n $N route add default via 10.0.0.1; }
c32(){ base; ip netns exec $N sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip -n $N route add default via 10.0.0.1; }
c33(){ base; ip netns exec $N sysctl -qw net.ipv6.conf.eth0.accept_dad=1; ip -n $N addr add 2001:db8::5/64 dev eth0 nodad valid_lft 600 preferred_lft 0; ip -n $P addr add 2001:db8::6/64 dev h0 nodad; ip -n $N addr add 2001:db8::6/64 dev eth0; ip -n $N route add default via 10.0.0.1; await "ip -n $N -6 -o addr show dadfailed | grep -q ."; }
c35(){ base; ip -n $N link set eth0 mtu 9000; ip -n $P link set h0 mtu 9000; ip -n $N link set eth0 gso_max_size 4096; ip -n $N route add default via 10.0.0.1; }
c36(){ base; ip -n $N link property add dev eth0 altname enp0s99; ip -n $P link add h2 index 104 address 02:00:00:00:00:61 type veth peer name 'we.ird~é' address 02:00:00:00:00:62 netns $N; ip -n $N link set 'we.ird~é' up; ip -n $N addr add 10.60.0.1/24 dev 'we.ird~é'; ip -n $P link set h2 up; settle; }
c38(){ base; ip -n $N addr add 224.0.0.7/32 dev eth0 autojoin 2>/dev/null || :; ip -n $N route add multicast 239.0.0.0/8 dev eth0; ip -n $N route add broadcast 10.0.0.77 dev eth0; ip -n $N route add default via 10.0.0.1; ip -n $N -6 route add anycast 2001:db8:a::1/128 dev eth0; }
many(){ no_dad; ip -n $N link set lo up; for i in $(seq 1 ${1:-130}); do mac=$(printf '%02x:%02x' $((i/256)) $((i%256))); echo "link add p$i index $((1000+i)) address 02:00:00:02:$mac type veth peer name e$i address 02:00:00:01:$mac netns $N"; done | ip -n $P -batch -; for i in $(seq 1 ${1:-130}); do echo "link set e$i up"; echo "addr add 10.$((i/250)).$((i%250)).2/24 dev e$i"; done | ip -n $N -batch -; for i in $(seq 1 ${1:-130}); do echo "link set p$i up"; done | ip -n $P -batch -; settle; }
f1(){ base; second; ip -n $N route add default via 10.0.0.1; ip -n $N route add 198.51.100.0/24 via 10.1.0.1 dev eth1 src 10.0.0.2; ip -n $N route add blackhole 8.8.8.8; ip -n $N neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud permanent; ip -n $N addr add fd00::2/64 dev eth0 nodad; ip -n $N -6 route add default via fd00::1; ip -n $N -6 route add 2001:db8:7::/48 via fd00::7 dev eth0 src fd00::2; ip -n $N neigh add fd00::9 lladdr 02:00:00:00:00:0a dev eth0 nud permanent; }
c41(){ base; ip -n $N addr add fd00::2/64 dev eth0 nodad; ip -n $N -6 route add default nexthop via fd00::1 dev eth0 nexthop via fd00::9 dev eth0; }
c42(){ base; ip -n $N addr add fd00::2/64 dev eth0 nodad; ip -n $N -6 route add default dev eth0; }
c44(){ base; ip -n $N -4 addr flush dev eth0; ip -n $N addr add 10.0.0.2/24 dev eth0 noprefixroute; ip -n $N addr add 10.5.0.2/24 dev eth0 metric 500; ip -n $N route add 10.0.0.1 dev eth0; ip -n $N route add default via 10.0.0.1; }
