/** Numbers of netfilter's ABI in the kernel's spelling, each group under the header it is from. */

// linux/netfilter/nfnetlink.h
export const NFGENMSG_LEN = 4; // struct nfgenmsg: u8 family, u8 version, __be16 generation
const NFNL_SUBSYS_NFTABLES = 10;
const nftMessage = (message: number): number => (NFNL_SUBSYS_NFTABLES << 8) | message;

// linux/netfilter/nf_tables.h: messages
export const NFT_MSG_NEWTABLE = nftMessage(0);
export const NFT_MSG_GETTABLE = nftMessage(1);
export const NFT_MSG_NEWCHAIN = nftMessage(3);
export const NFT_MSG_GETCHAIN = nftMessage(4);
export const NFT_MSG_NEWRULE = nftMessage(6);
export const NFT_MSG_GETRULE = nftMessage(7);
export const NFT_MSG_NEWGEN = nftMessage(15);
export const NFT_MSG_GETGEN = nftMessage(16);

// linux/netfilter/nf_tables.h: tables, chains, rules
export const NFTA_GEN_ID = 1;
export const NFTA_TABLE_NAME = 1;
export const NFTA_TABLE_FLAGS = 2;
export const NFT_TABLE_F_DORMANT = 1;
export const NFTA_CHAIN_TABLE = 1;
export const NFTA_CHAIN_NAME = 3;
export const NFTA_CHAIN_HOOK = 4;
export const NFTA_CHAIN_POLICY = 5;
export const NFTA_CHAIN_TYPE = 7;
export const NFTA_HOOK_HOOKNUM = 1;
export const NFTA_HOOK_PRIORITY = 2;
export const NFTA_HOOK_DEV = 3;
export const NFTA_HOOK_DEVS = 4;
export const NFTA_RULE_TABLE = 1;
export const NFTA_RULE_CHAIN = 2;
export const NFTA_RULE_EXPRESSIONS = 4;

// linux/netfilter/nf_tables.h: expressions
export const NFTA_EXPR_NAME = 1;
export const NFTA_EXPR_DATA = 2;
export const NFTA_DATA_VALUE = 1;
export const NFTA_DATA_VERDICT = 2;
export const NFTA_VERDICT_CODE = 1;
export const NFTA_VERDICT_CHAIN = 2;
export const NFTA_IMMEDIATE_DREG = 1;
export const NFTA_IMMEDIATE_DATA = 2;
export const NFTA_LOOKUP_DREG = 3;
export const NFTA_PAYLOAD_DREG = 1;
export const NFTA_PAYLOAD_BASE = 2;
export const NFTA_PAYLOAD_OFFSET = 3;
export const NFTA_PAYLOAD_LEN = 4;
export const NFTA_PAYLOAD_SREG = 5;
export const NFT_PAYLOAD_NETWORK_HEADER = 1;
export const NFT_PAYLOAD_TRANSPORT_HEADER = 2;
export const NFTA_CMP_SREG = 1;
export const NFTA_CMP_OP = 2;
export const NFTA_CMP_DATA = 3;
export const NFT_CMP_EQ = 0;
export const NFTA_META_DREG = 1;
export const NFTA_META_KEY = 2;
export const NFTA_META_SREG = 3;
export const NFT_META_MARK = 3;
export const NFT_META_L4PROTO = 16;
export const NFTA_CT_SREG = 4;
export const NFTA_EXTHDR_SREG = 7;
export const NFTA_NAT_TYPE = 1;
export const NFT_NAT_SNAT = 0;
export const NFTA_NAT_REG_ADDR_MIN = 3;
export const NFTA_NAT_REG_ADDR_MAX = 4;
export const NFTA_NAT_REG_PROTO_MIN = 5;
export const NFTA_NAT_REG_PROTO_MAX = 6;
export const NFTA_REDIR_REG_PROTO_MIN = 1;
export const NFTA_REDIR_REG_PROTO_MAX = 2;
export const NFTA_TPROXY_REG_ADDR = 2;
export const NFTA_TPROXY_REG_PORT = 3;
export const NFTA_QUOTA_BYTES = 1;

// linux/netfilter/nf_tables_compat.h: NFTA_TARGET_* and NFTA_MATCH_* have the same numbers
export const NFTA_XT_NAME = 1;
export const NFTA_XT_INFO = 3;

// linux/netfilter/nf_tables.h, linux/netfilter.h: verdicts
export const NF_ACCEPT = 1;

// linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h
export const XT_TABLE_MAXNAMELEN = 32;
export const NF_INET_NUMHOOKS = 5;
export const XT_TARGET_LEN = 32; // struct xt_entry_target: u16 size, char name[29], u8 revision
