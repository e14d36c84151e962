//! Why something was refused or ended: the reason codes of MQTT 5 (section 2.4).

use crate::message::Qos;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Success,
    Granted(Qos),
    Unspecified,
    MalformedPacket,
    ProtocolError,
    UnsupportedProtocolVersion,
    ClientIdentifierNotValid,
    BadUserNameOrPassword,
    NotAuthorized,
    ServerUnavailable,
    ServerBusy,
    ServerShuttingDown,
    BadAuthenticationMethod,
    KeepAliveTimeout,
    SessionTakenOver,
    TopicFilterInvalid,
    TopicNameInvalid,
    ReceiveMaximumExceeded,
    TopicAliasInvalid,
    PacketTooLarge,
    QuotaExceeded,
    PayloadFormatInvalid,
    /// A code that a problem names ([`host::problem::Code::mqtt`]).
    Other(u8),
}

impl Reason {
    pub fn code(self) -> u8 {
        match self {
            Reason::Success => 0x00,
            Reason::Granted(qos) => qos as u8,
            Reason::Unspecified => 0x80,
            Reason::MalformedPacket => 0x81,
            Reason::ProtocolError => 0x82,
            Reason::UnsupportedProtocolVersion => 0x84,
            Reason::ClientIdentifierNotValid => 0x85,
            Reason::BadUserNameOrPassword => 0x86,
            Reason::NotAuthorized => 0x87,
            Reason::ServerUnavailable => 0x88,
            Reason::ServerBusy => 0x89,
            Reason::ServerShuttingDown => 0x8b,
            Reason::BadAuthenticationMethod => 0x8c,
            Reason::KeepAliveTimeout => 0x8d,
            Reason::SessionTakenOver => 0x8e,
            Reason::TopicFilterInvalid => 0x8f,
            Reason::TopicNameInvalid => 0x90,
            Reason::ReceiveMaximumExceeded => 0x93,
            Reason::TopicAliasInvalid => 0x94,
            Reason::PacketTooLarge => 0x95,
            Reason::QuotaExceeded => 0x97,
            Reason::PayloadFormatInvalid => 0x99,
            Reason::Other(code) => code,
        }
    }

    pub fn is_refusal(self) -> bool {
        self.code() >= 0x80
    }
}
